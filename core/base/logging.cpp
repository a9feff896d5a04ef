// SPDX-License-Identifier: Apache-2.0
#include "core/base/logging.h"

#include "core/base/redaction.h"

#include <cstdio>

using namespace Qt::StringLiterals;

namespace signalbox {

Q_LOGGING_CATEGORY(lcHttp, "signalbox.http", QtWarningMsg)
Q_LOGGING_CATEGORY(lcBreaker, "signalbox.breaker", QtWarningMsg)
Q_LOGGING_CATEGORY(lcTracking, "signalbox.tracking", QtWarningMsg)
Q_LOGGING_CATEGORY(lcEngine, "signalbox.engine", QtWarningMsg)
Q_LOGGING_CATEGORY(lcWorkspace, "signalbox.workspace", QtWarningMsg)
Q_LOGGING_CATEGORY(lcFlows, "signalbox.flows", QtWarningMsg)
Q_LOGGING_CATEGORY(lcUi, "signalbox.ui", QtWarningMsg)

namespace {

void writeRedacted(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    const QByteArray line = redact(qFormatLogMessage(type, context, message)).toUtf8();
    std::fprintf(stderr, "%s\n", line.constData());
}

} // namespace

void installLogging()
{
    qSetMessagePattern(u"%{time yyyy-MM-ddTHH:mm:ss.zzz} %{type} %{category}: %{message}"_s);
    qInstallMessageHandler(writeRedacted);
    const QByteArray level = qgetenv("SIGNALBOX_LOG");
    if (level == "debug")
        QLoggingCategory::setFilterRules(u"signalbox.*=true"_s);
    else if (level == "info")
        QLoggingCategory::setFilterRules(u"signalbox.*.info=true"_s);
}

} // namespace signalbox
