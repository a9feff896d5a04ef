// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/registration.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox::registration {

namespace {

using Field = RegistrationField;

Failure unreadable()
{
    return Failure(ErrorKind::InvalidInput, u"The journal's record of it cannot be read."_s,
        u"Was it written by another version of Signalbox?"_s);
}

NewItem item(ItemKind kind, const QString &what, const QByteArray &payload)
{
    NewItem item;
    item.kind = kind;
    item.what = what;
    item.payload = payload;
    return item;
}

Failure nameMissing(const QString &whose)
{
    return Failure(ErrorKind::InvalidInput, u"%1 needs a name."_s.arg(whose),
        u"Say how it is to be called."_s);
}

QMap<Field, QString> fieldsOf(const codec::VersionRecord &record)
{
    return {{Field::Source, record.source}, {Field::Model, record.modelId},
        {Field::Run, record.runId}, {Field::Path, record.artifact},
        {Field::Description, record.description}};
}

void correctTags(mlflow::TagList &tags, const ParkedEdit &edit)
{
    tags.removeIf([&edit](const mlflow::Tag &tag) { return edit.removedTags.contains(tag.key); });
    for (const mlflow::Tag &wanted : edit.setTags) {
        const auto known = std::find_if(tags.begin(), tags.end(),
            [&wanted](const mlflow::Tag &tag) { return tag.key == wanted.key; });
        if (known == tags.end())
            tags.append(wanted);
        else
            known->value = wanted.value;
    }
}

//! Whether the edit names this origin, instead of leaving it or taking it away.
bool names(const ParkedEdit &edit, Field field)
{
    return !edit.fields.value(field).isEmpty();
}

void correctOrigin(codec::VersionRecord &record, const ParkedEdit &edit)
{
    record.source = edit.fields.value(Field::Source, record.source);
    record.modelId = edit.fields.value(Field::Model, record.modelId);
    record.runId = edit.fields.value(Field::Run, record.runId);
    record.artifact = edit.fields.value(Field::Path, record.artifact);
    // They exclude each other, so that naming one takes the other's place; and a model has its run.
    if (names(edit, Field::Source) && !names(edit, Field::Model))
        record.modelId.clear();
    if (names(edit, Field::Model)) {
        if (!names(edit, Field::Source))
            record.source.clear();
        if (!names(edit, Field::Run))
            record.runId.clear();
    }
}

Result<Corrected> correctedVersion(
    codec::VersionRecord record, const ParkedEdit &edit, bool followsRun)
{
    record.name = edit.key.value_or(record.name);
    record.description = edit.fields.value(Field::Description, record.description);
    correctOrigin(record, edit);
    correctTags(record.tags, edit);
    const bool elsewhere =
        names(edit, Field::Source) || names(edit, Field::Model) || names(edit, Field::Run);
    const bool follows = followsRun && !elsewhere;
    const auto made = itemOf(record, follows);
    return made ? Result<Corrected>(Corrected{made.value(), record.name, follows})
                : Result<Corrected>(made.failure());
}

template <typename Record> Result<Corrected> correctedNamed(Record record, const ParkedEdit &edit)
{
    record.name = edit.key.value_or(record.name);
    if constexpr (std::is_same_v<Record, codec::RegisteredModelRecord>)
        record.description = edit.fields.value(Field::Description, record.description);
    correctTags(record.tags, edit);
    const auto made = itemOf(record);
    return made ? Result<Corrected>(Corrected{made.value(), record.name, false})
                : Result<Corrected>(made.failure());
}

} // namespace

Result<NewItem> itemOf(const codec::RegisteredModelRecord &record)
{
    if (record.name.trimmed().isEmpty())
        return nameMissing(u"A registered model"_s);
    return item(
        ItemKind::RegisterModel, u"registered model "_s % record.name, codec::encode(record));
}

Result<NewItem> itemOf(const codec::VersionRecord &record, bool followsRun)
{
    if (record.name.trimmed().isEmpty())
        return nameMissing(u"A registered model"_s);
    const bool hasOrigin = followsRun || !record.modelId.isEmpty() || !record.source.isEmpty()
        || (!record.runId.isEmpty() && !record.artifact.isEmpty());
    if (!hasOrigin)
        return Failure(ErrorKind::InvalidInput,
            u"The version of \"%1\" has no model to come from."_s.arg(record.name),
            u"Name a run and its model, a logged model or an artifact URI."_s);
    return item(ItemKind::RegisterVersion, u"version of "_s % record.name, codec::encode(record));
}

Result<NewItem> itemOf(const codec::ExperimentRecord &record)
{
    if (record.name.trimmed().isEmpty())
        return nameMissing(u"An experiment"_s);
    return item(ItemKind::CreateExperiment, u"experiment "_s % record.name, codec::encode(record));
}

void show(JournalItem &item, const QByteArray &payload)
{
    const auto take = [&item](const auto &record) {
        item.canEdit = record.has_value();
        if (record) {
            item.key = record->name;
            item.tags = record->tags;
        }
    };
    if (item.kind == JournalKind::RegisteredModel) {
        const auto record = codec::decodeRegisteredModel(payload);
        take(record);
        if (record)
            item.fields = {{Field::Description, record->description}};
    } else if (item.kind == JournalKind::ModelVersion) {
        const auto record = codec::decodeVersion(payload);
        take(record);
        if (record)
            item.fields = fieldsOf(*record);
    } else if (item.kind == JournalKind::Experiment) {
        take(codec::decodeExperiment(payload));
    }
}

Result<Corrected> corrected(
    ItemKind kind, const QByteArray &payload, const ParkedEdit &edit, bool followsRun)
{
    if (kind == ItemKind::RegisterVersion) {
        const auto record = codec::decodeVersion(payload);
        return record ? correctedVersion(*record, edit, followsRun)
                      : Result<Corrected>(unreadable());
    }
    if (kind == ItemKind::RegisterModel) {
        const auto record = codec::decodeRegisteredModel(payload);
        return record ? correctedNamed(*record, edit) : Result<Corrected>(unreadable());
    }
    const auto record = codec::decodeExperiment(payload);
    return record ? correctedNamed(*record, edit) : Result<Corrected>(unreadable());
}

} // namespace signalbox::registration
