// SPDX-License-Identifier: GPL-3.0-or-later
// Which experiment the runs page shows.
#include "ui/models/formatters.h"
#include "ui/pages/experiment_panel.h"
#include "ui/pages/runs_list.h"
#include "ui/pages/runs_page.h"
#include "ui/widgets/banner.h"

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

const QString kLastExperiment = u"runs/experiment"_s;

//! What to show first: what was changed last, but not our own book-keeping or an empty default.
QString firstChoice(const QList<mlflow::Experiment> &experiments)
{
    const mlflow::Experiment *best = nullptr;
    const auto rank = [](const mlflow::Experiment &e) {
        return e.name == "signalbox-decisions"_L1 || e.name == "Default"_L1 ? 0 : 1;
    };
    for (const mlflow::Experiment &e : experiments) {
        if (!best || rank(e) > rank(*best)
            || (rank(e) == rank(*best) && e.lastUpdateTime > best->lastUpdateTime))
            best = &e;
    }
    return best ? best->id.text() : QString();
}

} // namespace

void RunsPage::experimentsChanged()
{
    Q_EMIT readyChanged();
    ExperimentTreeModel &model = m_experiments->model();
    if (model.state() == ExperimentTreeModel::State::Failed && model.experiments().isEmpty())
        m_list->setIdleText(tr("No runs to show"), tr("The experiments could not be read."));
    else if (model.state() == ExperimentTreeModel::State::Ready && model.experiments().isEmpty())
        m_list->setIdleText(tr("No runs yet"), tr("Start a flow, or log from a program."));
    else
        m_list->setIdleText({}, {});
    if (model.state() != ExperimentTreeModel::State::Ready || model.experiments().isEmpty())
        return;
    const auto known = [&model](const QString &wanted) {
        for (const mlflow::Experiment &e : model.experiments()) {
            if (e.id.text() == wanted || e.name == wanted)
                return e.id.text();
        }
        return QString();
    };
    QString id = known(m_wanted);
    if (!m_wanted.isEmpty() && id.isEmpty())
        context().notify(Tone::Warning,
            tr("There is no experiment \"%1\".").arg(format::oneLine(m_wanted, 100)));
    m_wanted.clear();
    if (id.isEmpty() && !known(m_experiments->currentId()).isEmpty())
        return;
    if (id.isEmpty())
        id = known(UiSettings(context()).value(kLastExperiment).toString());
    if (id.isEmpty())
        id = firstChoice(model.experiments());
    m_experiments->setCurrent(id);
    chooseExperiment(id);
}

void RunsPage::chooseExperiment(const QString &id)
{
    UiSettings(context()).setValue(kLastExperiment, id);
    m_list->model().clear();
    m_list->setExperiment(id);
    m_undo->clear();
    search();
}

} // namespace signalbox
