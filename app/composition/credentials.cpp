// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/credentials.h"

#include "core/base/redaction.h"

#include <QtCore/QFile>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qint64 kLargestFile = 64 * 1024;

//! One key of the section [mlflow]; the file is Python's configparser format.
QString valueOf(const QStringList &lines, QLatin1StringView key)
{
    bool inSection = false;
    for (const QString &raw : lines) {
        const QString line = raw.trimmed();
        if (line.startsWith(u'['))
            inSection = line == u"[mlflow]";
        const qsizetype split = line.indexOf(u'=');
        if (inSection && split > 0 && line.left(split).trimmed() == key)
            return line.mid(split + 1).trimmed();
    }
    return {};
}

QString firstOf(const QString &wanted, const QString &fallback)
{
    return wanted.isEmpty() ? fallback : wanted;
}

} // namespace

QByteArray Credentials::authorization() const
{
    if (!userName.isEmpty()) {
        const QString pair = userName % u':' % password;
        return "Basic " + pair.toUtf8().toBase64();
    }
    return token.isEmpty() ? QByteArray() : QByteArray("Bearer " + token.toUtf8());
}

Credentials environmentCredentials(const QString &userHome)
{
    QFile file(userHome + u"/.mlflow/credentials"_s);
    QStringList lines;
    if (file.open(QIODevice::ReadOnly))
        lines = QString::fromUtf8(file.read(kLargestFile)).split(u'\n');
    Credentials found;
    found.userName = firstOf(qEnvironmentVariable("MLFLOW_TRACKING_USERNAME"),
        valueOf(lines, "mlflow_tracking_username"_L1));
    found.password = firstOf(qEnvironmentVariable("MLFLOW_TRACKING_PASSWORD"),
        valueOf(lines, "mlflow_tracking_password"_L1));
    found.token = qEnvironmentVariable("MLFLOW_TRACKING_TOKEN");
    rememberSecret(found.password);
    rememberSecret(found.token);
    return found;
}

Credentials credentialsIn(const QUrl &url)
{
    Credentials found;
    found.userName = url.userName(QUrl::FullyDecoded);
    found.password = url.password(QUrl::FullyDecoded);
    rememberSecret(found.password);
    return found;
}

} // namespace signalbox
