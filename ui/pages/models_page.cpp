// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/models_page.h"

#include "core/base/clock.h"
#include "core/base/redaction.h"
#include "core/tracking/connector.h"
#include "ui/dialogs/promotion_dialog.h"
#include "ui/models/formatters.h"
#include "ui/models/registered_models_model.h"
#include "ui/models/version_board.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/model_list_delegate.h"
#include "ui/pages/not_connected.h"
#include "ui/pages/stage_board.h"
#include "ui/pages/ui_settings.h"
#include "ui/pages/version_panel.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/search_field.h"

#include <QtCore/QSortFilterProxyModel>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QListView>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSplitter>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

const QString kLastModel = u"models/model"_s;
constexpr qint64 kMlmodelBytes = 256 * 1024;

template <typename T> Call<T> closed()
{
    return Call<T>::finished(Failure(ErrorKind::Cancelled, u"The connection was closed."_s));
}

} // namespace

ModelsPage::ModelsPage(UiContext &context, QWidget *parent)
    : Page(u"models"_s, tr("Models"), context, parent)
    , m_models(new RegisteredModelsModel(this))
    , m_proxy(new QSortFilterProxyModel(this))
    , m_boardModel(new VersionBoard(this))
    , m_header(new PageHeader(tr("Models"), this))
    , m_banner(new Banner(this))
    , m_filter(new SearchField(tr("Filter models"), this))
    , m_list(new QListView(this))
    , m_stack(new QStackedWidget(this))
    , m_empty(new EmptyState(this))
    , m_content(new QWidget(this))
    , m_board(new StageBoard(*m_boardModel, this))
    , m_panel(new VersionPanel(this))
{
    makeActions();
    build();
    connectModels();
    connect(&context, &UiContext::connectionChanged, this, [this] {
        detach();
        if (isVisible())
            activate();
    });
    connect(&context, &UiContext::aboutToDisconnect, this, &ModelsPage::detach);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &ModelsPage::followLink);
    versionChosen({});
    showEmpty();
}

void ModelsPage::build()
{
    auto *board = new QSplitter(Qt::Vertical, m_content);
    board->setHandleWidth(kGrid);
    board->setChildrenCollapsible(false);
    board->addWidget(m_board);
    board->addWidget(m_panel);
    board->setStretchFactor(0, 1);
    board->setSizes({480, 250});
    m_board->setMinimumHeight(180);
    m_panel->setMinimumHeight(120);
    auto *columns = new QSplitter(m_content);
    columns->setHandleWidth(kGrid * 2);
    columns->setChildrenCollapsible(false);
    columns->addWidget(buildList());
    columns->addWidget(board);
    columns->setStretchFactor(1, 1);
    columns->setSizes({220, 1000});
    auto *content = new QVBoxLayout(m_content);
    content->setContentsMargins(0, 0, 0, 0);
    content->addWidget(columns);
    m_empty->setObjectName(u"modelsEmpty"_s);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_content);
    m_header->addAction(m_copyUri);
    m_header->addAction(m_openRun);
    m_header->addAction(m_archive);
    m_promoteButton = m_header->addAction(m_promote, u"primary"_s);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGrid * 2, kGrid, kGrid * 2, kGrid * 2);
    layout->setSpacing(kGrid);
    layout->addWidget(m_header);
    layout->addWidget(m_banner);
    layout->addWidget(m_stack, 1);
    auto *retry = m_banner->addButton(u"modelsRetryButton"_s, tr("Try again"));
    connect(retry, &QPushButton::clicked, this, &ModelsPage::refresh);
}

QWidget *ModelsPage::buildList()
{
    auto *side = new QWidget(this);
    auto *layout = new QVBoxLayout(side);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    m_filter->setObjectName(u"modelFilter"_s);
    m_filter->setAccessibleName(tr("Filter models"));
    m_proxy->setSourceModel(m_models);
    m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_list->setObjectName(u"modelList"_s);
    m_list->setAccessibleName(tr("Registered models"));
    m_list->setModel(m_proxy);
    m_list->setItemDelegate(new ModelListDelegate(m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setMouseTracking(true);
    m_list->setStyleSheet(u"QListView { background: transparent; }"_s);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    layout->addWidget(m_filter);
    layout->addWidget(m_list, 1);
    return side;
}

void ModelsPage::connectModels()
{
    connect(m_filter, &SearchField::searchChanged, m_proxy,
        &QSortFilterProxyModel::setFilterFixedString);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex &now) {
            if (const QString name = now.data(IdRole).toString(); !name.isEmpty())
                choose(name);
        });
    connect(m_models, &RegisteredModelsModel::stateChanged, this, &ModelsPage::modelsChanged);
    connect(m_boardModel, &VersionBoard::stateChanged, this, &ModelsPage::boardChanged);
    connect(m_boardModel, &VersionBoard::moveRequested, this, &ModelsPage::promote);
    connect(m_boardModel, &VersionBoard::cardChanged, this, [this](const QString &version) {
        if (version == m_board->current())
            versionChosen(version);
        showHeader();
    });
    connect(m_board, &StageBoard::currentChanged, this, &ModelsPage::versionChosen);
    connect(m_board, &StageBoard::menuRequested, this, &ModelsPage::showMenu);
    connect(m_panel, &VersionPanel::runRequested, this,
        [this](const RunId &run) { context().openRun(run); });
}

void ModelsPage::attach()
{
    // A local server that was never started would only answer with a refusal.
    if (m_attached || !context().server() || isUnconnected())
        return;
    m_attached = true;
    UiContext *ui = &context();
    m_models->setSource([ui](const QString &token) {
        return ui->server() ? ui->server()->registry.searchModels({}, 1000, token)
                            : closed<mlflow::Page<mlflow::RegisteredModel>>();
    });
    m_boardModel->setSource({[ui](const QString &model) {
                                 return ui->server() ? ui->server()->registry.versions(model)
                                                     : closed<QList<mlflow::ModelVersion>>();
                             },
        [ui](const QString &model) {
            return ui->server() ? ui->server()->registry.getModel(model)
                                : closed<mlflow::RegisteredModel>();
        },
        [ui](const RunId &run) {
            return ui->server() ? ui->server()->runs.get(run) : closed<mlflow::Run>();
        },
        [ui](const QString &model, const QString &version) {
            return ui->server() ? ui->server()->artifacts.readVersionFile(
                       model, version, u"MLmodel"_s, kMlmodelBytes)
                                : closed<QByteArray>();
        }});
    m_models->reload();
}

void ModelsPage::detach()
{
    m_attached = false;
    if (m_dialog)
        delete m_dialog.data(); // it holds a promoter of the connector that goes away
    m_models->setSource({});
    m_boardModel->setSource({});
}

bool ModelsPage::isUnconnected() const
{
    return context().monitor().link() == LinkState::None;
}

void ModelsPage::followLink()
{
    if (m_unconnected == isUnconnected())
        return;
    m_unconnected = !m_unconnected;
    showEmpty();
    if (!m_unconnected && !m_attached && isVisible())
        activate();
    Q_EMIT readyChanged();
}

void ModelsPage::activate()
{
    const bool first = !m_attached;
    attach();
    if (!first)
        refresh();
}

void ModelsPage::refresh()
{
    m_models->reload();
    m_boardModel->refresh();
}

void ModelsPage::openTarget(const PageTarget &target)
{
    attach();
    if (target.model.isEmpty())
        return;
    m_wantedModel = target.model;
    m_wantedVersion = target.version;
    modelsChanged();
}

bool ModelsPage::isReady() const
{
    if (!context().server() || isUnconnected()
        || m_models->state() == RegisteredModelsModel::State::Failed)
        return true;
    if (m_models->state() != RegisteredModelsModel::State::Ready)
        return false;
    return m_models->rowCount() == 0 || m_boardModel->state() == VersionBoard::State::Ready
        || m_boardModel->state() == VersionBoard::State::Failed;
}

QList<PaletteEntry> ModelsPage::paletteEntries() const
{
    QList<PaletteEntry> entries;
    for (int row = 0; row < m_models->rowCount(); ++row) {
        const QString name = m_models->modelAt(row)->name;
        entries.append({format::oneLine(name, 100), tr("model"), u"models"_s,
            [this, name] { context().openModel(name); }});
    }
    return entries;
}

void ModelsPage::modelsChanged()
{
    showEmpty();
    Q_EMIT readyChanged();
    if (m_models->state() != RegisteredModelsModel::State::Ready || m_models->rowCount() == 0)
        return;
    const bool asked = !m_wantedModel.isEmpty();
    QString name = asked ? m_wantedModel : m_boardModel->model();
    if (name.isEmpty())
        name = UiSettings(context()).value(kLastModel).toString();
    int row = m_models->rowOf(name);
    if (row < 0 && asked)
        context().notify(Tone::Warning,
            tr("There is no model \"%1\".").arg(format::oneLine(m_wantedModel, 100)));
    m_wantedModel.clear();
    row = std::max(0, row);
    const QModelIndex index = m_proxy->mapFromSource(m_models->index(row));
    if (index.isValid())
        m_list->setCurrentIndex(index);
    if (m_boardModel->model() != m_models->modelAt(row)->name)
        choose(m_models->modelAt(row)->name);
    else if (!m_wantedVersion.isEmpty())
        boardChanged();
}

void ModelsPage::choose(const QString &model)
{
    if (model == m_boardModel->model())
        return;
    UiSettings(context()).setValue(kLastModel, model);
    m_board->setCurrent({});
    m_boardModel->load(model);
    versionChosen({});
}

void ModelsPage::boardChanged()
{
    using State = VersionBoard::State;
    if (m_boardModel->state() == State::Failed) {
        const QString age = format::relativeTime(m_boardModel->loadedAt(), systemClock().epochMs());
        const QString why = format::oneLine(redact(m_boardModel->error().text()), 300);
        m_banner->showMessage(
            Tone::Warning, age.isEmpty() ? why : tr("Showing versions as of %1. %2").arg(age, why));
    } else if (m_boardModel->state() == State::Ready) {
        m_banner->clear();
        const QString wanted = std::exchange(m_wantedVersion, {});
        QString version = wanted.isEmpty() ? m_board->current() : wanted;
        if (!m_boardModel->card(version))
            version = newestVersion();
        m_board->setCurrent(version);
        versionChosen(version);
    }
    showHeader();
    Q_EMIT readyChanged();
}

QString ModelsPage::newestVersion() const
{
    QString newest;
    for (const Stage stage : allStages()) {
        const VersionCard *card = m_boardModel->column(stage)->cardAt(0);
        if (card && card->version.version.toInt() > newest.toInt())
            newest = card->version.version;
    }
    return newest;
}

void ModelsPage::showHeader()
{
    const QString &name = m_boardModel->model();
    m_header->setTitle(name.isEmpty() ? tr("Models") : format::oneLine(name, 100));
    if (name.isEmpty() || m_boardModel->loadedAt() == 0) {
        m_header->setSubtitle({});
        return;
    }
    const int versions = m_boardModel->versionCount();
    QString text = tr("registered model · ")
        + (versions == 1 ? tr("1 version") : tr("%1 versions").arg(format::count(versions)));
    for (const Stage stage : {Stage::Production, Stage::Shadow, Stage::Staging, Stage::None}) {
        const VersionCard *card = m_boardModel->column(stage)->cardAt(0);
        if (!card || !card->signature || !card->signature->present)
            continue;
        const QString target = format::oneLine(card->signature->target, 40);
        text += tr(" · predicts %1from %2 columns")
                    .arg(target.isEmpty() ? QString() : QString(target + u' '))
                    .arg(card->signature->inputs);
        break;
    }
    m_header->setSubtitle(text);
}

void ModelsPage::showEmpty()
{
    using State = RegisteredModelsModel::State;
    const bool hasModels = m_models->rowCount() > 0;
    m_stack->setCurrentWidget(hasModels ? m_content : m_empty);
    if (hasModels) {
        if (m_models->state() == State::Failed)
            m_banner->showMessage(
                Tone::Warning, format::oneLine(redact(m_models->error().text()), 300));
        return;
    }
    m_empty->clearButtons();
    if (isUnconnected()) {
        offerConnection(context(), *m_empty);
    } else if (m_models->state() == State::Failed) {
        m_empty->setContent(u"offline"_s, tr("No models to show"),
            format::oneLine(redact(m_models->error().text()), 400));
        auto *retry = m_empty->addButton(u"modelsEmptyRetryButton"_s, tr("Try again"));
        connect(retry, &QPushButton::clicked, this, &ModelsPage::refresh);
    } else if (m_models->state() == State::Ready) {
        m_empty->setContent(u"models"_s, tr("No registered models yet"),
            tr("A pipeline trains a model, registers it and brings it to a stage."));
        auto *demo = m_empty->addButton(u"modelsDemoButton"_s, tr("Run the demo"), u"primary"_s);
        connect(demo, &QPushButton::clicked, this, [this] {
            PageTarget target;
            target.action = u"demo"_s;
            context().openPage(u"flows"_s, target);
        });
    } else {
        m_empty->setContent(u"clock"_s, tr("Loading models…"));
    }
}

} // namespace signalbox
