// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/registered_models_model.h"

#include "core/promotion/stage.h"
#include "ui/models/formatters.h"
#include "ui/widgets/plain_label.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

int newestVersion(const mlflow::RegisteredModel &model)
{
    int newest = 0;
    for (const mlflow::ModelVersion &version : model.latestVersions)
        newest = std::max(newest, version.version.toInt());
    return newest;
}

QString stagesInUse(const mlflow::RegisteredModel &model)
{
    QStringList words;
    for (const Stage stage : {Stage::Production, Stage::Shadow, Stage::Staging}) {
        const auto holds = [stage](const mlflow::ModelVersion &v) { return stageOf(v) == stage; };
        if (std::any_of(model.latestVersions.cbegin(), model.latestVersions.cend(), holds))
            words.append(nameOf(stage));
    }
    return words.join(u", "_s);
}

} // namespace

RegisteredModelsModel::RegisteredModelsModel(QObject *parent)
    : QAbstractListModel(parent)
{
}

void RegisteredModelsModel::setSource(FetchModels fetch)
{
    m_call.cancel();
    m_fetch = std::move(fetch);
    if (m_models.isEmpty())
        return;
    show({}); // what one server told is not shown as another's
    setState(State::Empty);
}

void RegisteredModelsModel::reload()
{
    if (!m_fetch)
        return;
    m_incoming.clear();
    setState(State::Loading);
    fetch({});
}

void RegisteredModelsModel::fetch(const QString &token)
{
    m_call = m_fetch(token);
    m_call.call().then(this, [this](const Result<mlflow::Page<mlflow::RegisteredModel>> &result) {
        // The call that this one replaced ends as Cancelled, which is no news.
        if (result || result.error().kind != ErrorKind::Cancelled)
            receive(result);
    });
}

void RegisteredModelsModel::receive(const Result<mlflow::Page<mlflow::RegisteredModel>> &result)
{
    if (!result) {
        m_error = result.error();
        setState(State::Failed);
        return;
    }
    m_incoming += result->items;
    if (!result->nextToken.isEmpty()) {
        fetch(result->nextToken);
        return;
    }
    show(std::exchange(m_incoming, {}));
    setState(State::Ready);
}

void RegisteredModelsModel::show(QList<mlflow::RegisteredModel> models)
{
    std::sort(models.begin(), models.end(), [](const auto &a, const auto &b) {
        return a.name.compare(b.name, Qt::CaseInsensitive) < 0;
    });
    const auto sameName = [](const auto &a, const auto &b) { return a.name == b.name; };
    if (std::equal(models.cbegin(), models.cend(), m_models.cbegin(), m_models.cend(), sameName)) {
        m_models = std::move(models);
        if (!m_models.isEmpty())
            Q_EMIT dataChanged(index(0), index(rowCount() - 1));
        return;
    }
    beginResetModel();
    m_models = std::move(models);
    endResetModel();
}

void RegisteredModelsModel::setState(State state)
{
    m_state = state;
    Q_EMIT stateChanged();
}

const mlflow::RegisteredModel *RegisteredModelsModel::modelAt(int row) const
{
    return row >= 0 && row < m_models.size() ? &m_models.at(row) : nullptr;
}

int RegisteredModelsModel::rowOf(const QString &name) const
{
    const auto same = [&name](const mlflow::RegisteredModel &m) { return m.name == name; };
    const auto found = std::find_if(m_models.cbegin(), m_models.cend(), same);
    return found == m_models.cend() ? -1 : static_cast<int>(found - m_models.cbegin());
}

int RegisteredModelsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_models.size());
}

QVariant RegisteredModelsModel::data(const QModelIndex &index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid));
    const mlflow::RegisteredModel &model = m_models.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return format::oneLine(model.name, 200);
    case Qt::ToolTipRole:
        return plainToolTip(format::oneLine(
            model.description.isEmpty() ? model.name : model.name + u": "_s + model.description));
    case IdRole:
    case RawValueRole:
        return model.name;
    case CountRole:
        return newestVersion(model);
    case StagesRole:
        return stagesInUse(model);
    default:
        return {};
    }
}

} // namespace signalbox
