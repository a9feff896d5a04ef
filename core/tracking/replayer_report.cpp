// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/replayer_report.h"

#include "core/base/redaction.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include <algorithm>
#include <cstdio>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qint64 kMaxReportBytes = 64LL * 1024;

//! When the process started, in the kernel's ticks: with its id the name of one process for ever.
qint64 startOf(qint64 pid)
{
    QFile stat(u"/proc/%1/stat"_s.arg(QString::number(pid)));
    if (!stat.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray text = stat.readAll();
    // The program's name stands in parentheses and may hold anything.
    const QList<QByteArray> fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    static constexpr qsizetype kState = 0;
    static constexpr qsizetype kStart = 19;
    if (fields.value(kState) == "Z" || fields.value(kState) == "X")
        return 0;
    return fields.value(kStart).toLongLong();
}

BreakerState stateFrom(int number)
{
    for (const BreakerState state : {BreakerState::Closed, BreakerState::Open,
             BreakerState::HalfOpen, BreakerState::Isolated, BreakerState::Disabled}) {
        if (static_cast<int>(state) == number)
            return state;
    }
    return BreakerState::Closed;
}

quint64 count(const QJsonValue &value)
{
    return static_cast<quint64>(std::max<qint64>(value.toInteger(), 0));
}

std::optional<ReplayerReport> decode(const QByteArray &bytes, qint64 nowMs)
{
    const QJsonObject object = QJsonDocument::fromJson(bytes).object();
    ReplayerReport report;
    report.pid = object[u"pid"_s].toInteger();
    if (report.pid <= 0 || startOf(report.pid) != object[u"start"_s].toInteger(-1))
        return std::nullopt;
    report.updatedMs = object[u"updated_ms"_s].toInteger();
    report.holdsLease = object[u"lease"_s].toBool();
    report.trouble = object[u"trouble"_s].toString();
    const QJsonObject breaker = object[u"breaker"_s].toObject();
    report.breaker.state = stateFrom(breaker[u"state"_s].toInt());
    report.breaker.consecutiveFailures = breaker[u"consecutive_failures"_s].toInt();
    report.breaker.opened = count(breaker[u"opened"_s]);
    report.breaker.rejected = count(breaker[u"rejected"_s]);
    report.breaker.lastFailure = breaker[u"last_failure"_s].toString();
    const qint64 left =
        breaker[u"retry_after_ms"_s].toInteger() - std::max<qint64>(nowMs - report.updatedMs, 0);
    report.breaker.retryAfter = std::chrono::milliseconds(std::max<qint64>(left, 0));
    return report;
}

bool tellsMore(const ReplayerReport &a, const ReplayerReport &b)
{
    return std::pair(a.holdsLease, a.updatedMs) > std::pair(b.holdsLease, b.updatedMs);
}

} // namespace

QByteArray encode(const ReplayerReport &report)
{
    const BreakerSnapshot &breaker = report.breaker;
    const QJsonObject object{{u"pid"_s, static_cast<qint64>(::getpid())},
        {u"start"_s, startOf(::getpid())}, {u"updated_ms"_s, report.updatedMs},
        {u"lease"_s, report.holdsLease}, {u"trouble"_s, redact(report.trouble)},
        {u"breaker"_s,
            QJsonObject{{u"state"_s, static_cast<int>(breaker.state)},
                {u"consecutive_failures"_s, breaker.consecutiveFailures},
                {u"opened"_s, static_cast<qint64>(breaker.opened)},
                {u"rejected"_s, static_cast<qint64>(breaker.rejected)},
                {u"retry_after_ms"_s, static_cast<qint64>(breaker.retryAfter.count())},
                {u"last_failure"_s, redact(breaker.lastFailure)}}}};
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Result<void> writeReport(
    const JournalFolder &folder, const QString &owner, const QByteArray &report)
{
    const QString path = folder.report(owner);
    const QString fresh = QString(path % u".new");
    QFile file(fresh);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate)
        || file.write(report) != report.size() || !file.flush())
        return Failure(ErrorKind::Local,
            u"The replayer's state could not be written to \"%1\" (%2)."_s.arg(
                fresh, file.errorString()),
            {});
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    file.close();
    // Not flushed to the disk: it means nothing after a power cut.
    std::rename(QFile::encodeName(fresh).constData(), QFile::encodeName(path).constData());
    return {};
}

std::optional<ReplayerReport> reportOfOthers(
    const JournalFolder &folder, const QString &ownOwner, qint64 nowMs)
{
    std::optional<ReplayerReport> best;
    const QDir dir(folder.report());
    const QStringList names = dir.entryList(QDir::Files);
    for (const QString &name : names) {
        QFile file(dir.filePath(name));
        if (name == ownOwner || name.endsWith(".new"_L1) || !file.open(QIODevice::ReadOnly))
            continue;
        const auto report = decode(file.read(kMaxReportBytes), nowMs);
        if (!report)
            file.remove();
        else if (!best || tellsMore(*report, *best))
            best = report;
    }
    return best;
}

} // namespace signalbox
