// SPDX-License-Identifier: Apache-2.0
#include "core/engine/engine_protocol.h"

#include "core/base/redaction.h"

#include <QtCore/QDir>
#include <QtCore/QDirIterator>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonDocument>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qsizetype kLongestKey = 250;
constexpr int kMostModelFiles = 10'000;

constexpr std::array kKinds{
    std::pair{"progress"_L1, EngineEventKind::Progress},
    std::pair{"metric"_L1, EngineEventKind::Metric},
    std::pair{"param"_L1, EngineEventKind::Param},
    std::pair{"tag"_L1, EngineEventKind::Tag},
    std::pair{"artifact"_L1, EngineEventKind::Artifact},
    std::pair{"model"_L1, EngineEventKind::Model},
    std::pair{"log"_L1, EngineEventKind::Log},
    std::pair{"result"_L1, EngineEventKind::Result},
    std::pair{"error"_L1, EngineEventKind::Error},
};

// What the user can change: the data, the columns, the options.
constexpr std::array kInputKinds{"bad_request"_L1, "no_such_file"_L1, "unreadable_data"_L1,
    "no_such_target"_L1, "constant_target"_L1, "too_few_rows"_L1, "qc_blocked"_L1,
    "leakage_blocked"_L1, "unknown_algorithm"_L1, "unsupported_problem"_L1};

Failure protocolFailure(const QString &what)
{
    Error error = makeError(ErrorKind::Engine, u"The engine broke its protocol: %1."_s.arg(what),
        u"Make the Python environment again if it was changed by hand: signalboxctl env create."_s);
    error.apiCode = u"protocol"_s;
    return Failure(std::move(error));
}

bool isWhole(const QJsonValue &value)
{
    const double number = value.toDouble(-1.0);
    return value.isDouble() && number >= 0.0 && std::floor(number) == number;
}

bool isNumber(const QJsonValue &value)
{
    if (value.isDouble())
        return true;
    const QString text = value.toString();
    return text == u"NaN" || text == u"Infinity" || text == u"-Infinity";
}

bool isKey(const QJsonValue &value)
{
    const qsizetype size = value.toString().size();
    return size > 0 && size <= kLongestKey;
}

//! A relative path without tricks; only the text is looked at.
bool isInnerPath(const QString &path)
{
    if (path.isEmpty() || path.size() > 1'000 || path.startsWith(u'/') || path.contains(u'\\')
        || path.contains(QChar(0)))
        return false;
    const QStringList parts = path.split(u'/');
    return std::none_of(parts.begin(), parts.end(),
        [](const QString &part) { return part.isEmpty() || part == u"." || part == u".."; });
}

bool hasItsFields(EngineEventKind kind, const QJsonObject &o)
{
    switch (kind) {
    case EngineEventKind::Progress:
        return o[u"phase"].isString() && isWhole(o[u"done"]) && isWhole(o[u"total"]);
    case EngineEventKind::Metric:
        return isKey(o[u"key"]) && isNumber(o[u"value"]) && isWhole(o[u"step"])
            && isWhole(o[u"timestamp"]);
    case EngineEventKind::Param:
    case EngineEventKind::Tag:
        return isKey(o[u"key"]) && o[u"value"].isString();
    case EngineEventKind::Artifact:
        return isInnerPath(o[u"path"].toString()) && isInnerPath(o[u"to"].toString());
    case EngineEventKind::Model:
        return isInnerPath(o[u"path"].toString()) && o[u"name"].isString();
    case EngineEventKind::Log:
        return o[u"level"].isString() && o[u"text"].isString();
    case EngineEventKind::Error:
        return o[u"kind"].isString() && o[u"message"].isString();
    case EngineEventKind::Result:
    case EngineEventKind::Unknown:
        return true;
    }
    return true;
}

//! Every step from the job folder down to `relative` without following a link.
Result<QString> resolved(const QString &jobDir, const QString &relative)
{
    if (!isInnerPath(relative))
        return protocolFailure(
            u"'%1' is not a path inside the job folder"_s.arg(relative.left(200)));
    QString path = QDir(jobDir).absolutePath();
    const QStringList parts = relative.split(u'/');
    for (const QString &part : parts) {
        path += QString(u'/' % part);
        const QFileInfo info(path);
        if (info.isSymLink())
            return protocolFailure(u"'%1' leads through a link"_s.arg(relative.left(200)));
        if (!info.exists())
            return protocolFailure(u"'%1' does not exist"_s.arg(relative.left(200)));
    }
    return path;
}

} // namespace

qsizetype engineLineLimit(const QByteArray &start)
{
    return start.left(32).contains("\"result\"") ? kEngineResultLimit : kEngineLineLimit;
}

Result<EngineEvent> parseEngineLine(const QByteArray &line)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(line, &problem);
    if (!document.isObject())
        return protocolFailure(u"a line is not a JSON object (%1): %2"_s.arg(
            problem.errorString(), redact(QString::fromUtf8(line.left(120)))));
    EngineEvent event;
    event.fields = document.object();
    const QJsonValue name = event.fields[u"event"];
    if (!name.isString())
        return protocolFailure(u"a line has no event"_s);
    const auto known = std::find_if(kKinds.begin(), kKinds.end(),
        [text = name.toString()](const auto &entry) { return text == entry.first; });
    if (known != kKinds.end())
        event.kind = known->second;
    if (!hasItsFields(event.kind, event.fields))
        return protocolFailure(
            u"the event '%1' lacks a field or has one of the wrong type: %2"_s.arg(
                name.toString(), redact(QString::fromUtf8(line.left(200)))));
    return event;
}

Result<QString> engineFile(const QString &jobDir, const QString &relative)
{
    Result<QString> path = resolved(jobDir, relative);
    if (path && !QFileInfo(*path).isFile())
        return protocolFailure(u"'%1' is not a file"_s.arg(relative.left(200)));
    return path;
}

Result<QString> engineFolder(const QString &jobDir, const QString &relative)
{
    Result<QString> path = resolved(jobDir, relative);
    if (!path)
        return path;
    if (!QFileInfo(*path).isDir())
        return protocolFailure(u"'%1' is not a folder"_s.arg(relative.left(200)));
    QDirIterator it(*path, QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
        QDirIterator::Subdirectories);
    for (int seen = 0; it.hasNext(); ++seen) {
        const QFileInfo info(it.next());
        if (info.isSymLink() || !(info.isFile() || info.isDir()) || seen > kMostModelFiles)
            return protocolFailure(u"the folder '%1' holds links, devices or too many files"_s.arg(
                relative.left(200)));
    }
    return path;
}

Error engineError(const QJsonObject &fields)
{
    const QString kind = fields[u"kind"].toString().left(100);
    const bool input = std::find(kInputKinds.begin(), kInputKinds.end(), kind) != kInputKinds.end();
    QString message = fields[u"message"].toString().left(2'000);
    if (message.trimmed().isEmpty()) // an exception without a text
        message = u"The compute process failed without saying why (%1)."_s.arg(
            kind.trimmed().isEmpty() ? u"no kind given"_s : kind);
    Error error = makeError(input ? ErrorKind::InvalidInput : ErrorKind::Engine, message,
        fields[u"hint"].toString().left(1'000));
    error.apiCode = kind;
    return error;
}

} // namespace signalbox
