// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/item_codec.h"

#include <QtCore/QDataStream>
#include <QtCore/QIODevice>

#include <functional>

using namespace Qt::StringLiterals;

// Beside the types, where QDataStream's list operators look for them.
namespace signalbox::mlflow {

//! In Qt's own form. Qt would first make room for as many as a damaged record claims to hold.
template <typename T> static QDataStream &readList(QDataStream &in, QList<T> &list)
{
    quint32 count = 0;
    in >> count;
    list.clear();
    if (qint64(count) > in.device()->bytesAvailable())
        in.setStatus(QDataStream::ReadCorruptData);
    for (quint32 i = 0; i < count && in.status() == QDataStream::Ok; ++i) {
        T item;
        in >> item;
        list.append(std::move(item));
    }
    return in;
}

static QDataStream &operator<<(QDataStream &out, const Metric &m)
{
    return out << m.key << m.value << m.timestamp << m.step << m.modelId << m.datasetName
               << m.datasetDigest;
}

static QDataStream &operator>>(QDataStream &in, Metric &m)
{
    return in >> m.key >> m.value >> m.timestamp >> m.step >> m.modelId >> m.datasetName
        >> m.datasetDigest;
}

static QDataStream &operator<<(QDataStream &out, const Param &p)
{
    return out << p.key << p.value;
}

static QDataStream &operator>>(QDataStream &in, Param &p)
{
    return in >> p.key >> p.value;
}

static QDataStream &operator>>(QDataStream &in, QList<Param> &params)
{
    return readList(in, params);
}

static QDataStream &operator<<(QDataStream &out, const Tag &t)
{
    return out << t.key << t.value;
}

static QDataStream &operator>>(QDataStream &in, Tag &t)
{
    return in >> t.key >> t.value;
}

static QDataStream &operator>>(QDataStream &in, TagList &tags)
{
    return readList(in, tags);
}

static QDataStream &operator<<(QDataStream &out, const DatasetInput &d)
{
    return out << d.name << d.digest << d.sourceType << d.source << d.schema << d.profile << d.tags;
}

static QDataStream &operator>>(QDataStream &in, DatasetInput &d)
{
    return in >> d.name >> d.digest >> d.sourceType >> d.source >> d.schema >> d.profile >> d.tags;
}

static QDataStream &operator>>(QDataStream &in, QList<DatasetInput> &inputs)
{
    return readList(in, inputs);
}

} // namespace signalbox::mlflow

namespace signalbox::codec {

namespace {

constexpr quint8 kVersion = 1;
constexpr qint64 kMaxMetrics = 1000;
constexpr qint64 kMaxOthers = 100;
constexpr qint64 kMaxBytes = 900'000;

QByteArray written(const std::function<void(QDataStream &)> &write)
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    out.setVersion(QDataStream::Qt_6_4);
    out << kVersion;
    write(out);
    return bytes;
}

template <typename T>
std::optional<T> readAs(
    const QByteArray &bytes, const std::function<void(QDataStream &, T &)> &read)
{
    QDataStream in(bytes);
    in.setVersion(QDataStream::Qt_6_4);
    quint8 version = 0;
    in >> version;
    T value{};
    if (version != kVersion)
        return std::nullopt;
    read(in, value);
    if (in.status() != QDataStream::Ok)
        return std::nullopt;
    return value;
}

Entry readEntry(QDataStream &in)
{
    quint8 which = 0;
    in >> which;
    if (which == 0) {
        mlflow::Metric metric;
        in >> metric;
        return metric;
    }
    if (which == 1) {
        mlflow::Param param;
        in >> param;
        return param;
    }
    if (which != 2)
        in.setStatus(QDataStream::ReadCorruptData);
    mlflow::Tag tag;
    in >> tag;
    return tag;
}

} // namespace

QByteArray encode(const RunRecord &record)
{
    return written([&](QDataStream &out) {
        out << record.experiment << record.name << record.tags << record.parentOnServer;
    });
}

QByteArray encode(const QList<Entry> &entries)
{
    return written([&](QDataStream &out) {
        out << qint32(entries.size());
        for (const Entry &entry : entries) {
            out << quint8(entry.index());
            std::visit([&out](const auto &value) { out << value; }, entry);
        }
    });
}

QByteArray encode(const QList<mlflow::DatasetInput> &inputs)
{
    return written([&](QDataStream &out) { out << inputs; });
}

QByteArray encode(const ModelRecord &record)
{
    return written([&](QDataStream &out) {
        out << record.name << record.modelType << record.params << record.tags;
    });
}

QByteArray encode(const FinishRecord &record)
{
    return written([&](QDataStream &out) { out << nameOf(record.status) << record.endMs; });
}

QByteArray encode(const ModelProgress &progress)
{
    return written([&](QDataStream &out) {
        out << progress.attempted << progress.modelId << progress.artifactUri;
    });
}

QByteArray encode(const RegisteredModelRecord &record)
{
    return written([&](QDataStream &out) {
        out << record.name << record.description << record.tags << record.operation;
    });
}

QByteArray encode(const ExperimentRecord &record)
{
    return written([&](QDataStream &out) { out << record.name << record.tags; });
}

QByteArray encode(const VersionRecord &record)
{
    return written([&](QDataStream &out) {
        out << record.name << record.source << record.runId << record.modelId << record.description
            << record.tags << record.artifact << record.operation;
    });
}

std::optional<RegisteredModelRecord> decodeRegisteredModel(const QByteArray &bytes)
{
    return readAs<RegisteredModelRecord>(bytes, [](QDataStream &in, RegisteredModelRecord &record) {
        in >> record.name >> record.description >> record.tags >> record.operation;
    });
}

std::optional<ExperimentRecord> decodeExperiment(const QByteArray &bytes)
{
    return readAs<ExperimentRecord>(
        bytes, [](QDataStream &in, ExperimentRecord &record) { in >> record.name >> record.tags; });
}

std::optional<VersionRecord> decodeVersion(const QByteArray &bytes)
{
    return readAs<VersionRecord>(bytes, [](QDataStream &in, VersionRecord &record) {
        in >> record.name >> record.source >> record.runId >> record.modelId >> record.description
            >> record.tags >> record.artifact >> record.operation;
    });
}

std::optional<RunRecord> decodeRun(const QByteArray &bytes)
{
    return readAs<RunRecord>(bytes, [](QDataStream &in, RunRecord &record) {
        in >> record.experiment >> record.name >> record.tags >> record.parentOnServer;
    });
}

std::optional<QList<Entry>> decodeEntries(const QByteArray &bytes)
{
    return readAs<QList<Entry>>(bytes, [](QDataStream &in, QList<Entry> &entries) {
        qint32 count = 0;
        in >> count;
        for (qint32 i = 0; i < count && in.status() == QDataStream::Ok; ++i)
            entries << readEntry(in);
    });
}

std::optional<QList<mlflow::DatasetInput>> decodeInputs(const QByteArray &bytes)
{
    using Inputs = QList<mlflow::DatasetInput>;
    return readAs<Inputs>(bytes, [](QDataStream &in, Inputs &inputs) { in >> inputs; });
}

std::optional<ModelRecord> decodeModel(const QByteArray &bytes)
{
    return readAs<ModelRecord>(bytes, [](QDataStream &in, ModelRecord &record) {
        in >> record.name >> record.modelType >> record.params >> record.tags;
    });
}

std::optional<FinishRecord> decodeFinish(const QByteArray &bytes)
{
    return readAs<FinishRecord>(bytes, [](QDataStream &in, FinishRecord &record) {
        QString status;
        in >> status >> record.endMs;
        record.status = mlflow::runStatusFrom(status);
    });
}

ModelProgress decodeProgress(const QByteArray &bytes)
{
    return readAs<ModelProgress>(bytes, [](QDataStream &in, ModelProgress &progress) {
        in >> progress.attempted >> progress.modelId >> progress.artifactUri;
    }).value_or(ModelProgress());
}

QString describe(const Entry &entry)
{
    static constexpr qsizetype kShown = 120;
    static const QStringList words{u"metric "_s, u"param "_s, u"tag "_s};
    const QString key = std::visit([](const auto &value) { return value.key; }, entry);
    return QString(words.at(static_cast<qsizetype>(entry.index())) % key.left(kShown));
}

//! What the text takes inside JSON.
qint64 jsonBytes(const QString &text)
{
    static constexpr char16_t kTwoBytes = 0x80;
    static constexpr char16_t kThreeBytes = 0x800;
    static constexpr qint64 kEscaped = 6;
    qint64 bytes = 0;
    for (const QChar c : text) {
        const char16_t code = c.unicode();
        if (code < u' ')
            bytes += kEscaped;
        else if (code < kTwoBytes)
            bytes += code == u'"' || code == u'\\' ? 2 : 1;
        else
            bytes += code < kThreeBytes ? 2 : 3;
    }
    return bytes;
}

//! At least what the server gets to read.
qint64 estimatedBytes(const Entry &entry)
{
    static constexpr qint64 kFrame = 40;
    static constexpr qint64 kNumbers = 90;
    if (const auto *metric = std::get_if<mlflow::Metric>(&entry))
        return kFrame + kNumbers + jsonBytes(metric->key) + jsonBytes(metric->modelId)
            + jsonBytes(metric->datasetName) + jsonBytes(metric->datasetDigest);
    const auto textBytes = [](const auto &value) -> qint64 {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, mlflow::Metric>)
            return 0;
        else
            return kFrame + jsonBytes(value.key) + jsonBytes(value.value);
    };
    return std::visit(textBytes, entry);
}

QList<NewItem> batchItems(const QList<Entry> &entries)
{
    QList<NewItem> items;
    QList<Entry> current;
    NewItem open;
    const auto close = [&] {
        if (current.isEmpty())
            return;
        open.payload = encode(current);
        open.what =
            current.size() == 1 ? describe(current.first()) : u"%1 values"_s.arg(current.size());
        items << std::exchange(open, NewItem());
        current.clear();
    };
    for (const Entry &entry : entries) {
        const qint64 bytes = estimatedBytes(entry);
        const bool isMetric = entry.index() == 0;
        int &same = isMetric ? open.metrics : entry.index() == 1 ? open.params : open.tags;
        if (current.size() >= kMaxMetrics || (!isMetric && same >= kMaxOthers)
            || open.bytes + bytes > kMaxBytes)
            close(); // and `same` counts from 0 again
        open.bytes += bytes;
        ++same;
        current << entry;
    }
    close();
    return items;
}

} // namespace signalbox::codec
