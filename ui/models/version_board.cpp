// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/version_board.h"

#include "core/base/clock.h"
#include "ui/models/run_columns.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! Reading the run and the file of every version of a huge model would keep the server busy.
constexpr qsizetype kEnriched = 40;

size_t slot(Stage stage)
{
    return static_cast<size_t>(stage);
}

} // namespace

VersionBoard::VersionBoard(QObject *parent)
    : QObject(parent)
{
    for (const Stage stage : allStages()) {
        auto &column = m_columns.at(slot(stage));
        column = std::make_unique<VersionColumnModel>(stage);
        connect(
            column.get(), &VersionColumnModel::moveRequested, this, &VersionBoard::moveRequested);
    }
}

void VersionBoard::setSource(BoardSource source)
{
    clear();
    m_source = std::move(source);
}

void VersionBoard::load(const QString &model)
{
    if (model != m_model)
        clear();
    m_model = model;
    refresh();
}

void VersionBoard::refresh()
{
    if (m_model.isEmpty() || !m_source.versions)
        return;
    setState(State::Loading);
    m_modelCall = m_source.model(m_model);
    m_modelCall.call().then(this, [this](const Result<mlflow::RegisteredModel> &result) {
        if (!result) {
            m_error = result.error();
            setState(State::Failed);
            return;
        }
        m_registered = *result;
        m_versionsCall = m_source.versions(m_model);
        m_versionsCall.call().then(this, [this](const Result<QList<mlflow::ModelVersion>> &all) {
            if (all) {
                receive(*all);
                return;
            }
            m_error = all.error();
            setState(State::Failed);
        });
    });
}

void VersionBoard::clear()
{
    m_modelCall.cancel();
    m_versionsCall.cancel();
    m_enriching.reset();
    m_model.clear();
    m_registered = {};
    m_loadedAt = 0;
    for (const auto &column : m_columns)
        column->setCards({});
    setState(State::Empty);
}

void VersionBoard::receive(const QList<mlflow::ModelVersion> &versions)
{
    std::array<std::vector<VersionCard>, 5> cards;
    for (const mlflow::ModelVersion &version : versions) {
        VersionCard fresh;
        if (const VersionCard *known = card(version.version))
            fresh = *known; // metric and signature do not change
        fresh.version = version;
        fresh.stage = stageOf(version);
        for (auto it = m_registered.aliases.cbegin(); it != m_registered.aliases.cend(); ++it) {
            if (it.value() == version.version && !fresh.version.aliases.contains(it.key()))
                fresh.version.aliases.append(it.key());
        }
        cards.at(slot(fresh.stage)).push_back(std::move(fresh));
    }
    for (const Stage stage : allStages())
        column(stage)->setCards(std::move(cards.at(slot(stage))));
    m_loadedAt = systemClock().epochMs();
    setState(State::Ready);
    m_enriching = std::make_unique<QObject>();
    for (const mlflow::ModelVersion &version : versions.mid(0, kEnriched))
        enrich(version);
}

void VersionBoard::enrich(const mlflow::ModelVersion &version)
{
    const VersionCard *known = card(version.version);
    const bool needsRun = !version.runId.isEmpty() && known && !known->metric;
    if (needsRun && m_source.run) {
        m_source.run(version.runId)
            .then(m_enriching.get(), [this, id = version.version](const Result<mlflow::Run> &run) {
                if (!run)
                    return;
                update(id, [&run](VersionCard &c) {
                    c.run = *run;
                    c.metricKey = headlineMetric(*run);
                    c.metric = run->metric(c.metricKey);
                });
            });
    }
    if (known && !known->signature && m_source.mlmodel) {
        m_source.mlmodel(m_model, version.version)
            .then(m_enriching.get(), [this, id = version.version](const Result<QByteArray> &file) {
                // A file that is missing says so; one that cannot be fetched says nothing.
                const bool missing = !file && file.error().kind == ErrorKind::NotFound;
                if (file || missing) {
                    const SignatureFacts facts = file ? signatureFacts(*file) : SignatureFacts{};
                    update(id, [&facts](VersionCard &c) { c.signature = facts; });
                }
            });
    }
}

void VersionBoard::update(const QString &version, const std::function<void(VersionCard &)> &change)
{
    for (const auto &column : m_columns) {
        const int row = column->rowOf(version);
        if (row < 0)
            continue;
        change(column->m_cards[static_cast<size_t>(row)]);
        column->changed(row);
        Q_EMIT cardChanged(version);
        return;
    }
}

VersionColumnModel *VersionBoard::column(Stage stage)
{
    return m_columns.at(slot(stage)).get();
}

const VersionCard *VersionBoard::card(const QString &version) const
{
    for (const auto &column : m_columns) {
        if (const VersionCard *found = column->cardAt(column->rowOf(version)))
            return found;
    }
    return nullptr;
}

int VersionBoard::versionCount() const
{
    int count = 0;
    for (const auto &column : m_columns)
        count += column->rowCount();
    return count;
}

void VersionBoard::setState(State state)
{
    m_state = state;
    Q_EMIT stateChanged();
}

} // namespace signalbox
