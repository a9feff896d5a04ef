// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/frame/main_window.h"

#include "core/mlflow/server.h"
#include "ui/frame/command_palette.h"
#include "ui/frame/connection_banner.h"
#include "ui/frame/nav_bar.h"
#include "ui/frame/offline_banner.h"
#include "ui/frame/status_strip.h"
#include "ui/frame/top_bar.h"
#include "ui/pages/connection_monitor.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/toast.h"

#include <QtCore/QSettings>
#include <QtGui/QCloseEvent>
#include <QtWidgets/QGridLayout>
#include <QtWidgets/QStackedWidget>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kHistoryLength = 50;
constexpr int kExperimentsInPalette = 200;

} // namespace

MainWindow::MainWindow(
    UiContext &context, std::vector<PageEntry> pages, const QString &settingsFile, QWidget *parent)
    : QMainWindow(parent)
    , m_context(context)
    , m_entries(std::move(pages))
    , m_settingsFile(settingsFile)
{
    setObjectName(u"mainWindow"_s);
    setWindowTitle(u"Signalbox"_s);
    setWindowIcon(themeIcon(u"logo"_s, Tint::Accent));
    buildFrame();
    buildActions();
    connect(&context, &UiContext::pageRequested, this, &MainWindow::showPage);
    connect(&context, &UiContext::notified, m_toasts, &ToastHost::show);
    resize(1440, 900);
    setMinimumSize(900, 560);
    restoreWindow();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildFrame()
{
    auto *centre = new QWidget(this);
    centre->setObjectName(u"centreWidget"_s);
    auto *grid = new QGridLayout(centre);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(0);
    m_topBar = new TopBar(m_context, centre);
    m_navBar = new NavBar(centre);
    m_stack = new QStackedWidget(centre);
    m_stack->setObjectName(u"pageStackedWidget"_s);
    m_status = new StatusStrip(m_context, centre);
    grid->addWidget(m_topBar, 0, 0, 1, 2);
    grid->addWidget(new ConnectionBanner(m_context, centre), 1, 0, 1, 2);
    grid->addWidget(m_navBar, 2, 0, 2, 1);
    grid->addWidget(new OfflineBanner(m_context, centre), 2, 1);
    grid->addWidget(m_stack, 3, 1);
    grid->addWidget(m_status, 4, 0, 1, 2);
    grid->setRowStretch(3, 1);
    grid->setColumnStretch(1, 1);
    setCentralWidget(centre);
    m_toasts = new ToastHost(centre);
    m_palette = new CommandPalette(this);
    connect(m_navBar, &NavBar::pageChosen, this, [this](const QString &id) { showPage(id); });
    connect(m_topBar, &TopBar::paletteRequested, this, &MainWindow::openPalette);
    connect(m_topBar, &TopBar::helpRequested, this, [this] {
        PageTarget target;
        target.action = u"shortcuts"_s;
        showPage(u"settings"_s, target);
    });
}

void MainWindow::buildActions()
{
    int number = 0;
    for (const PageEntry &entry : m_entries) {
        const QKeySequence keys(u"Ctrl+%1"_s.arg(++number));
        addCommand(entry.id % u"Page"_s, tr("Go to %1").arg(entry.title), entry.icon, keys,
            [this, id = entry.id] { showPage(id); });
        m_navBar->addPage(
            entry.id, entry.title, entry.icon, keys.toString(QKeySequence::NativeText));
    }
    addCommand(u"palette"_s, tr("Search or run a command"), u"search"_s,
        QKeySequence(Qt::CTRL | Qt::Key_K), [this] { openPalette(); });
    addCommand(u"back"_s, tr("Go back"), u"chevron-left"_s, QKeySequence(Qt::ALT | Qt::Key_Left),
        [this] { goBack(); });
    addCommand(u"refresh"_s, tr("Refresh"), u"refresh"_s, QKeySequence(Qt::Key_F5), [this] {
        if (Page *page = currentPage())
            page->refresh();
    });
    addCommand(u"toggleTheme"_s, tr("Switch between light and dark"), u"theme"_s,
        QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L), [] { Theme::instance().toggle(); });
    ConnectionMonitor &monitor = m_context.monitor();
    addCommand(u"tryNow"_s, tr("Try the server now"), u"refresh"_s,
        QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R), [&monitor] { monitor.tryNow(); });
    addCommand(u"stayOffline"_s, tr("Stay offline"), u"offline"_s, {},
        [&monitor] { monitor.stayOffline(); });
    addCommand(u"goOnline"_s, tr("Go online"), u"cloud"_s, {}, [&monitor] { monitor.goOnline(); });
    addCommand(u"help"_s, tr("Shortcuts and help"), u"help"_s, QKeySequence(Qt::Key_F1),
        [this] { Q_EMIT m_topBar->helpRequested(); });
    addCommand(
        u"quit"_s, tr("Quit"), u"cross"_s, QKeySequence(Qt::CTRL | Qt::Key_Q), [this] { close(); });
}

QAction *MainWindow::addCommand(const QString &id, const QString &text, const QString &icon,
    const QKeySequence &keys, std::function<void()> run)
{
    auto *action = new QAction(themeIcon(icon), text, this);
    action->setObjectName(id % u"Action"_s);
    action->setProperty("iconName", icon);
    action->setShortcut(keys);
    connect(action, &QAction::triggered, this, std::move(run));
    addAction(action);
    m_commands.append(action);
    return action;
}

const PageEntry *MainWindow::entryOf(const QString &id) const
{
    const auto it = std::find_if(m_entries.begin(), m_entries.end(),
        [&id](const PageEntry &entry) { return entry.id == id; });
    return it == m_entries.end() ? nullptr : &*it;
}

Page *MainWindow::makePage(const PageEntry &entry)
{
    Page *page = entry.make(m_context, m_stack);
    m_pages.insert(entry.id, page);
    m_stack->addWidget(page);
    return page;
}

void MainWindow::showPage(const QString &id, const PageTarget &target)
{
    const PageEntry *entry = entryOf(id);
    if (!entry)
        return;
    Page *before = currentPage();
    Page *page = m_pages.value(id);
    if (!page)
        page = makePage(*entry);
    if (page != before) {
        if (before) {
            before->deactivate();
            m_history.append(before->id());
            while (m_history.size() > kHistoryLength)
                m_history.removeFirst();
        }
        m_stack->setCurrentWidget(page);
        m_navBar->setCurrent(id);
        setWindowTitle(tr("%1 – Signalbox").arg(entry->title));
        page->activate();
        if (!before)
            page->setFocus(Qt::OtherFocusReason);
    }
    page->openTarget(target);
    Q_EMIT pageShown(id);
}

Page *MainWindow::currentPage() const
{
    return qobject_cast<Page *>(m_stack->currentWidget());
}

Page *MainWindow::page(const QString &id) const
{
    return m_pages.value(id);
}

bool MainWindow::knowsPage(const QString &id) const
{
    return entryOf(id) != nullptr;
}

void MainWindow::goBack()
{
    if (m_history.isEmpty())
        return;
    const QString id = m_history.takeLast();
    showPage(id);
    m_history.removeLast(); // the trace of this very step
}

QList<PaletteEntry> MainWindow::paletteEntries() const
{
    QList<PaletteEntry> out;
    const auto addActions = [&out](const QList<QAction *> &actions, const QString &kind) {
        for (QAction *action : actions) {
            if (!action->isEnabled() || !action->isVisible() || action->text().isEmpty())
                continue;
            const QString keys = action->shortcut().toString(QKeySequence::NativeText);
            out.append({action->text().remove(u'&'), keys.isEmpty() ? kind : keys,
                action->property("iconName").toString(), [action] { action->trigger(); }});
        }
    };
    if (const Page *page = currentPage()) {
        addActions(page->pageActions(), page->title());
        out += page->paletteEntries();
    }
    addActions(m_commands, tr("window"));
    for (const Page *page : m_pages) {
        if (page != currentPage())
            out += page->paletteEntries();
    }
    return out;
}

void MainWindow::openPalette()
{
    const QWidget *field = m_topBar->commandField();
    const QPoint middle = field->mapTo(this, QPoint(field->width() / 2, 0));
    m_palette->popUp(
        paletteEntries(), middle.x(), qMax(2, middle.y() - 8), qMax(520, field->width() + 16));
    lookUpExperiments();
}

void MainWindow::lookUpExperiments()
{
    mlflow::Server *server = m_context.server();
    const bool runsPage = knowsPage(u"runs"_s);
    if (!server || !runsPage || m_context.monitor().link() != LinkState::Online)
        return;
    mlflow::ExperimentQuery query;
    query.orderBy = {u"last_update_time DESC"_s};
    query.maxResults = kExperimentsInPalette;
    server->experiments.search(query).then(
        m_palette, [this](const Result<mlflow::Page<mlflow::Experiment>> &result) {
            if (!result || !m_palette->isVisible())
                return;
            QList<PaletteEntry> found;
            for (const mlflow::Experiment &experiment : result->items) {
                PageTarget target;
                target.experiment = experiment.name;
                found.append({experiment.name, tr("experiment"), u"runs"_s,
                    [this, target] { showPage(u"runs"_s, target); }});
            }
            m_palette->append(found);
        });
}

QString MainWindow::rememberedPage() const
{
    if (!m_settingsFile.isEmpty()) {
        const QSettings settings(m_settingsFile, QSettings::IniFormat);
        const QString id = settings.value(u"window/page"_s).toString();
        if (knowsPage(id))
            return id;
    }
    return m_entries.empty() ? QString() : m_entries.front().id;
}

void MainWindow::restoreWindow()
{
    if (m_settingsFile.isEmpty())
        return;
    const QSettings settings(m_settingsFile, QSettings::IniFormat);
    restoreGeometry(settings.value(u"window/geometry"_s).toByteArray());
}

void MainWindow::saveWindow() const
{
    if (m_settingsFile.isEmpty())
        return;
    QSettings settings(m_settingsFile, QSettings::IniFormat);
    settings.setValue(u"window/geometry"_s, saveGeometry());
    if (const Page *page = currentPage())
        settings.setValue(u"window/page"_s, page->id());
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    const qsizetype tasks = m_context.tasks().tasks().size();
    if (tasks > 0 && !m_closeConfirmed) {
        event->ignore();
        const QString what =
            tasks == 1 ? m_context.tasks().tasks().front().title : tr("%1 tasks").arg(tasks);
        Question question{tr("Quit Signalbox"), tr("%1 still running.").arg(what),
            tr("Quitting cancels what runs; its runs end as KILLED and nothing that was logged is "
               "lost."),
            tr("Quit and cancel"), true};
        m_context.dialogs().confirm(this, question, [this](bool yes) {
            m_closeConfirmed = yes;
            if (yes)
                close();
        });
        return;
    }
    saveWindow();
    QMainWindow::closeEvent(event);
    Q_EMIT closed();
}

} // namespace signalbox
