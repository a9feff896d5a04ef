// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/journal_types.h"

using namespace Qt::StringLiterals;

namespace signalbox {

QString nameOf(JournalKind kind)
{
    switch (kind) {
    case JournalKind::Create:
        return u"create"_s;
    case JournalKind::Metrics:
        return u"metrics"_s;
    case JournalKind::Params:
        return u"params"_s;
    case JournalKind::Tags:
        return u"tags"_s;
    case JournalKind::Values:
        return u"values"_s;
    case JournalKind::Inputs:
        return u"inputs"_s;
    case JournalKind::File:
        return u"file"_s;
    case JournalKind::Model:
        return u"model"_s;
    case JournalKind::Finish:
        return u"finish"_s;
    case JournalKind::RegisteredModel:
        return u"registered-model"_s;
    case JournalKind::ModelVersion:
        return u"model-version"_s;
    case JournalKind::Experiment:
        return u"experiment"_s;
    }
    return {};
}

QString nameOf(RegistrationField field)
{
    switch (field) {
    case RegistrationField::Source:
        return u"source"_s;
    case RegistrationField::Model:
        return u"model"_s;
    case RegistrationField::Run:
        return u"run"_s;
    case RegistrationField::Path:
        return u"path"_s;
    case RegistrationField::Description:
        return u"description"_s;
    }
    return {};
}

QString nameOf(JournalItemState state)
{
    switch (state) {
    case JournalItemState::Pending:
        return u"pending"_s;
    case JournalItemState::Sending:
        return u"sending"_s;
    case JournalItemState::Parked:
        return u"parked"_s;
    case JournalItemState::Held:
        return u"held"_s;
    }
    return {};
}

} // namespace signalbox
