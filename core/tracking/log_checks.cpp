// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/log_checks.h"

#include "core/mlflow/artifacts_api.h"
#include "core/mlflow/validation.h"
#include "core/tracking/spool.h"

#include <QtCore/QRegularExpression>

using namespace Qt::StringLiterals;

namespace signalbox::checks {

namespace {

//! The same failure as something the caller can put right, whatever layer found it.
Failure asInput(Error error)
{
    error.kind = ErrorKind::InvalidInput;
    return Failure(std::move(error));
}

template <typename T>
Result<QList<codec::Entry>> entriesOf(const QList<T> &list, Result<void> (*check)(const T &))
{
    QList<codec::Entry> entries;
    entries.reserve(list.size());
    for (const T &value : list) {
        if (const auto ok = check(value); !ok)
            return asInput(ok.error());
        entries << value;
    }
    return entries;
}

} // namespace

Result<QList<codec::Entry>> metrics(const QList<mlflow::Metric> &metrics, qint64 nowMs)
{
    auto entries = entriesOf(metrics, &mlflow::checkMetric);
    if (!entries)
        return entries;
    for (codec::Entry &entry : entries.value()) {
        auto *metric = std::get_if<mlflow::Metric>(&entry);
        if (metric && metric->timestamp == 0)
            metric->timestamp = nowMs;
    }
    return entries;
}

Result<QList<codec::Entry>> params(const QList<mlflow::Param> &params)
{
    return entriesOf(params, &mlflow::checkParam);
}

Result<QList<codec::Entry>> tags(const mlflow::TagList &tags)
{
    return entriesOf(tags, &mlflow::checkRunTag);
}

Result<void> inputs(const QList<mlflow::DatasetInput> &inputs)
{
    for (const mlflow::DatasetInput &input : inputs) {
        if (const auto ok = mlflow::checkDataset(input); !ok)
            return asInput(ok.error());
    }
    return {};
}

Result<void> artifactPath(const QString &path)
{
    const QString why = mlflow::ArtifactsApi::refusalFor(path);
    if (why.isEmpty())
        return {};
    return Failure(ErrorKind::InvalidInput,
        u"MLflow cannot keep a file named \"%1\": %2."_s.arg(path.left(200), why),
        u"Rename the file."_s);
}

Result<void> modelName(const QString &name)
{
    static const QRegularExpression refused(u"[/:.%\"']"_s);
    if (!name.trimmed().isEmpty() && !name.contains(refused))
        return {};
    return Failure(ErrorKind::InvalidInput,
        u"\"%1\" cannot be the name of a logged model."_s.arg(name.left(200)),
        u"Use a name without / : . % and quotes."_s);
}

Result<QList<SpooledFile>> modelFiles(
    const Result<QList<SpooledFile>> &copied, const JournalFolder &folder, const QString &from)
{
    if (!copied)
        return copied;
    bool described = false;
    for (const SpooledFile &file : copied.value()) {
        described = described || file.path == "MLmodel"_L1;
        if (const auto ok = artifactPath(file.path); !ok) {
            spool::remove(folder, copied.value());
            return ok.failure();
        }
    }
    if (described)
        return copied;
    spool::remove(folder, copied.value());
    return Failure(ErrorKind::InvalidInput,
        u"\"%1\" is no model folder: it has no file named MLmodel."_s.arg(from),
        u"Name a folder that was written by MLflow's save_model()."_s);
}

} // namespace signalbox::checks
