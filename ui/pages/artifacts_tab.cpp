// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/artifacts_tab.h"

#include "core/base/redaction.h"
#include "core/mlflow/server.h"
#include "ui/models/formatters.h"
#include "ui/pages/artifact_preview.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/plain_label.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSplitter>
#include <QtWidgets/QTreeView>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

ArtifactsTab::ArtifactsTab(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_model(new ArtifactTreeModel(this))
    , m_tree(new QTreeView(this))
    , m_empty(new EmptyState(this))
    , m_path(new PlainLabel(this))
    , m_save(new QPushButton(tr("Save as…"), this))
    , m_preview(new ArtifactPreview(this))
{
    setObjectName(u"artifactsTab"_s);
    build();
    connect(m_model, &ArtifactTreeModel::stateChanged, this, &ArtifactsTab::showState);
    connect(m_model, &ArtifactTreeModel::listingFailed, this,
        [this](const Error &error) { m_context.notify(error); });
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex &now) { choose(now); });
    connect(m_save, &QPushButton::clicked, this, &ArtifactsTab::save);
    clear();
}

void ArtifactsTab::build()
{
    m_tree->setObjectName(u"artifactTree"_s);
    m_tree->setAccessibleName(tr("Files"));
    m_tree->setModel(m_model);
    m_tree->setHeaderHidden(true);
    m_tree->setUniformRowHeights(true);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_tree->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_save->setObjectName(u"artifactSaveButton"_s);
    m_empty->setObjectName(u"artifactsEmpty"_s);
    auto *files = new Card({}, this);
    files->setFlush(true);
    files->body()->addWidget(m_tree);
    files->body()->addWidget(m_empty);
    auto *content = new Card({}, this);
    auto *bar = new QHBoxLayout;
    m_path->setLevel(u"strong"_s);
    m_path->setElideMode(Qt::ElideMiddle);
    bar->addWidget(m_path, 1);
    bar->addWidget(m_save);
    content->body()->addLayout(bar);
    content->body()->addWidget(m_preview, 1);
    auto *splitter = new QSplitter(this);
    splitter->setHandleWidth(kGrid);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(files);
    splitter->addWidget(content);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({320, 800});
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->addWidget(splitter);
}

void ArtifactsTab::setRun(const mlflow::Run &run)
{
    const bool same =
        m_run && m_run->info.id == run.info.id && m_run->outputs.size() == run.outputs.size();
    if (!same)
        clear();
    m_run = run;
    if (isVisible())
        load();
}

void ArtifactsTab::clear()
{
    m_readCall.cancel();
    m_rootCall.cancel();
    m_run.reset();
    m_loaded = false;
    m_model->clear();
    choose({});
}

void ArtifactsTab::reload()
{
    m_loaded = false;
    if (isVisible())
        load();
}

void ArtifactsTab::load()
{
    if (m_loaded || !m_run || !m_context.server())
        return;
    m_loaded = true;
    QList<LoggedModelId> models;
    for (const mlflow::ModelOutput &output : m_run->outputs)
        models.append(output.modelId);
    m_model->load(
        [this, run = m_run->info.id](const LoggedModelId &model, const QString &path) {
            mlflow::Server *server = m_context.server();
            if (!server)
                return Call<QList<mlflow::FileInfo>>::finished(
                    Failure(ErrorKind::Cancelled, u"The connection was closed."_s));
            return model.isEmpty() ? server->artifacts.list(run, path)
                                   : server->artifacts.listModel(model, path);
        },
        models);
}

void ArtifactsTab::showState()
{
    const bool hasRows = m_model->rowCount() > 0;
    m_tree->setVisible(hasRows);
    m_empty->setVisible(!hasRows);
    m_empty->clearButtons();
    switch (m_model->state()) {
    case ArtifactTreeModel::State::Empty:
    case ArtifactTreeModel::State::Loading:
        m_empty->setContent(u"clock"_s, tr("Loading files…"));
        break;
    case ArtifactTreeModel::State::Ready:
        m_empty->setContent(u"folder"_s, tr("This run has no files"));
        break;
    case ArtifactTreeModel::State::Failed: {
        m_empty->setContent(u"offline"_s, tr("The files cannot be listed"),
            format::oneLine(redact(m_model->error().text()), 400));
        auto *retry = m_empty->addButton(u"artifactsRetryButton"_s, tr("Try again"));
        connect(retry, &QPushButton::clicked, this, &ArtifactsTab::reload);
        break;
    }
    }
}

void ArtifactsTab::choose(const QModelIndex &index)
{
    m_readCall.cancel();
    m_chosen = m_model->file(index.siblingAtColumn(0));
    const bool isFile = index.isValid() && !m_chosen.isDirectory;
    m_save->setEnabled(isFile);
    m_path->setText(isFile ? m_chosen.path : QString());
    if (!isFile) {
        m_preview->showHint(u"file"_s, tr("Choose a file to look at"));
        return;
    }
    const PreviewKind kind = ArtifactPreview::kindOf(m_chosen.path);
    if (kind == PreviewKind::None) {
        m_preview->showHint(u"file"_s, tr("No preview for this kind of file"),
            tr("Save it to look at it with another program."));
    } else if (m_chosen.size > ArtifactPreview::limitOf(kind)) {
        m_preview->showHint(u"file"_s, tr("Too large for a preview"),
            tr("It has %1. It can be saved.").arg(format::bytes(m_chosen.size)));
    } else {
        m_preview->showHint(u"clock"_s, tr("Loading…"));
        read(m_chosen);
    }
}

void ArtifactsTab::withRoot(
    const ArtifactTreeModel::File &file, const std::function<void(const QString &)> &use)
{
    if (!m_run || !m_context.server())
        return;
    if (file.model.isEmpty()) {
        use(m_run->info.artifactUri);
        return;
    }
    m_rootCall = m_context.server()->loggedModels.get(file.model);
    m_rootCall.call().then(this, [this, use](const Result<mlflow::LoggedModel> &model) {
        if (model)
            use(model->artifactUri);
        else if (model.error().kind != ErrorKind::Cancelled)
            m_preview->showHint(u"offline"_s, tr("The file cannot be read"),
                format::oneLine(redact(model.error().text()), 400));
    });
}

void ArtifactsTab::read(const ArtifactTreeModel::File &file)
{
    const PreviewKind kind = ArtifactPreview::kindOf(file.path);
    withRoot(file, [this, file, kind](const QString &root) {
        m_readCall =
            m_context.server()->artifacts.read(root, file.path, ArtifactPreview::limitOf(kind));
        m_readCall.call().then(this, [this, file, kind](const Result<QByteArray> &content) {
            if (file.path != m_chosen.path)
                return;
            if (content)
                m_preview->showContent(kind, *content);
            else if (content.error().kind != ErrorKind::Cancelled)
                m_preview->showHint(u"offline"_s, tr("The file cannot be read"),
                    format::oneLine(redact(content.error().text()), 400));
        });
    });
}

void ArtifactsTab::save()
{
    const ArtifactTreeModel::File file = m_chosen;
    FileQuestion question;
    question.title = tr("Save file");
    question.directory = file.path.section(u'/', -1);
    m_context.dialogs().saveFile(this, question, [this, file](const QString &target) {
        if (target.isEmpty())
            return;
        withRoot(file, [this, file, target](const QString &root) {
            Task task;
            task.title = tr("Saving %1").arg(format::oneLine(file.path, 60));
            const int id = m_context.tasks().begin(task);
            m_context.server()
                ->artifacts.download(root, file.path, target)
                .then(&m_context, [ui = &m_context, id, target](const Result<void> &done) {
                    ui->tasks().end(id);
                    if (done)
                        ui->notify(Tone::Good, tr("Saved to %1").arg(target));
                    else
                        ui->notify(done.error());
                });
        });
    });
}

void ArtifactsTab::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    load();
}

} // namespace signalbox
