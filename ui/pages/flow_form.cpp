// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/flow_form.h"

#include "ui/models/formatters.h"
#include "ui/models/tracked_flow.h"
#include "ui/pages/data_picker.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QRegularExpression>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QFormLayout>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QVBoxLayout>

#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kFieldWidth = 360;

QStringList wordsOf(const QString &text)
{
    static const QRegularExpression separators(u"[,;\\s]+"_s);
    return text.split(separators, Qt::SkipEmptyParts);
}

QString aboutText(FlowKind kind)
{
    switch (kind) {
    case FlowKind::Selector:
        return FlowForm::tr("Ranks the algorithms for this data and benchmarks the best three.");
    case FlowKind::Trainer:
        return FlowForm::tr("Tunes and trains one algorithm, tests it once, records the model.");
    case FlowKind::Deployer:
        return FlowForm::tr("Checks the gates of a version and moves it to a stage.");
    case FlowKind::Pipeline:
        break;
    }
    return FlowForm::tr("Selects, trains and deploys, one after the other, under one parent run.");
}

} // namespace

FlowForm::FlowForm(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_data(new DataPicker(context, this))
    , m_form(new QFormLayout)
    , m_title(new PlainLabel(this))
    , m_about(new PlainLabel(this))
    , m_why(new PlainLabel(this))
    , m_launch(new QPushButton(this))
{
    setObjectName(u"flowForm"_s);
    build();
    connect(m_data, &DataPicker::changed, this, &FlowForm::follow);
    connect(m_launch, &QPushButton::clicked, this, [this] {
        if (problem().isEmpty())
            Q_EMIT launchRequested();
    });
    setKind(FlowKind::Pipeline);
}

QWidget *FlowForm::field(const QString &name, const QString &title, QWidget *widget)
{
    widget->setObjectName(name);
    widget->setAccessibleName(title);
    widget->setMaximumWidth(kFieldWidth);
    m_form->addRow(title, widget);
    if (QWidget *label = m_form->labelForField(widget))
        label->setMinimumWidth(kFormLabelWidth);
    return widget;
}

void FlowForm::build()
{
    m_title->setLevel(u"strong"_s);
    m_about->setLevel(u"muted"_s);
    m_why->setLevel(u"muted"_s);
    m_why->setObjectName(u"launchWhy"_s);
    m_launch->setObjectName(u"launchButton"_s);
    m_launch->setProperty("kind", u"primary"_s);
    m_form->setHorizontalSpacing(kGrid * 2);
    m_form->setVerticalSpacing(kGrid);
    m_form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    buildDeployer();
    buildOptions();
    auto *bottom = new QHBoxLayout;
    bottom->addWidget(m_why, 1);
    bottom->addWidget(m_launch);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_title);
    layout->addWidget(m_about);
    layout->addWidget(m_data);
    layout->addLayout(m_form);
    layout->addStretch(1);
    layout->addLayout(bottom);
}

void FlowForm::buildDeployer()
{
    m_pickModel = new QComboBox(this);
    m_pickVersion = new QComboBox(this);
    field(u"deployModelCombo"_s, tr("Model"), m_pickModel);
    field(u"deployVersionCombo"_s, tr("Version"), m_pickVersion);
    connect(m_pickModel, &QComboBox::currentTextChanged, this, &FlowForm::fillVersions);
    connect(m_pickVersion, &QComboBox::currentTextChanged, this, &FlowForm::follow);
}

void FlowForm::buildOptions()
{
    m_model = new QLineEdit(this);
    field(u"modelNameEdit"_s, tr("Model name"), m_model);
    connect(m_model, &QLineEdit::textEdited, this, [this] { m_nameIsOurs = false; });
    connect(m_model, &QLineEdit::textChanged, this, &FlowForm::follow);
    m_stage = new QComboBox(this);
    for (const Stage stage : {Stage::Staging, Stage::Shadow, Stage::Production})
        m_stage->addItem(nameOf(stage), static_cast<int>(stage));
    field(u"stageCombo"_s, tr("Stage"), m_stage);
    m_algorithm = new QComboBox(this);
    m_algorithm->addItem(tr("What the selector finds"));
    field(u"algorithmCombo"_s, tr("Algorithm"), m_algorithm);
    m_trials = new QSpinBox(this);
    m_trials->setRange(1, 1000);
    m_trials->setValue(PipelineSpec().trials);
    field(u"trialsSpin"_s, tr("Trials"), m_trials);
    m_exclude = new QLineEdit(this);
    m_exclude->setPlaceholderText(tr("none"));
    field(u"excludeEdit"_s, tr("Leave out"), m_exclude);
    m_keepLeaks = new QLineEdit(this);
    m_keepLeaks->setPlaceholderText(tr("why a leaking column may stay"));
    field(u"keepLeaksEdit"_s, tr("Keep leaks"), m_keepLeaks);
    m_experiment = new QLineEdit(this);
    m_experiment->setPlaceholderText(tr("named after the model"));
    field(u"experimentEdit"_s, tr("Experiment"), m_experiment);
    m_seed = new QSpinBox(this);
    m_seed->setRange(0, 2'000'000'000);
    m_seed->setValue(PipelineSpec().seed);
    field(u"seedSpin"_s, tr("Seed"), m_seed);
    m_reason = new QLineEdit(this);
    m_reason->setPlaceholderText(tr("kept with the decision"));
    field(u"deployReasonEdit"_s, tr("Reason"), m_reason);
    m_keep = new QCheckBox(tr("Keep the present Production version"), this);
    field(u"deployKeepCheck"_s, QString(), m_keep);
}

void FlowForm::show(QWidget *widget, bool on)
{
    widget->setVisible(on);
    if (QWidget *label = m_form->labelForField(widget))
        label->setVisible(on);
}

void FlowForm::setKind(FlowKind kind)
{
    m_kind = kind;
    const bool deploys = kind == FlowKind::Deployer;
    const bool pipeline = kind == FlowKind::Pipeline;
    const bool trains = kind == FlowKind::Trainer || pipeline;
    m_title->setText(titleOf(kind));
    m_about->setText(aboutText(kind));
    m_data->setVisible(!deploys);
    show(m_pickModel, deploys);
    show(m_pickVersion, deploys);
    show(m_reason, deploys);
    show(m_keep, deploys);
    show(m_model, !deploys);
    show(m_stage, deploys || pipeline);
    show(m_algorithm, trains);
    show(m_trials, trains);
    show(m_exclude, kind == FlowKind::Selector || pipeline);
    show(m_keepLeaks, !deploys);
    show(m_experiment, !deploys);
    show(m_seed, !deploys);
    m_model->setPlaceholderText(
        kind == FlowKind::Trainer ? tr("empty: the model is not registered") : QString());
    m_launch->setText(tr("Start the %1").arg(titleOf(kind).toLower()));
    if (deploys)
        reloadModels();
    follow();
}

void FlowForm::setModelSource(ModelSource source)
{
    m_modelsCall.cancel();
    m_versionsCall.cancel();
    m_source = std::move(source);
}

void FlowForm::reloadModels()
{
    if (!m_source.models)
        return;
    m_modelsCall = m_source.models();
    m_modelsCall.call().then(
        this, [this](const Result<mlflow::Page<mlflow::RegisteredModel>> &page) {
            if (!page)
                return;
            const QString before = m_pickModel->currentText();
            m_pickModel->clear();
            for (const mlflow::RegisteredModel &model : page->items)
                m_pickModel->addItem(model.name);
            if (m_pickModel->findText(before) >= 0)
                m_pickModel->setCurrentText(before);
            follow();
        });
}

void FlowForm::fillVersions(const QString &model)
{
    m_pickVersion->clear();
    follow();
    if (model.isEmpty() || !m_source.versions)
        return;
    m_versionsCall = m_source.versions(model);
    m_versionsCall.call().then(this, [this](const Result<QList<mlflow::ModelVersion>> &versions) {
        if (!versions)
            return;
        for (const mlflow::ModelVersion &version : *versions)
            m_pickVersion->addItem(
                u"v"_s + version.version + u" · " + nameOf(stageOf(version)), version.version);
        follow();
    });
}

QString FlowForm::modelProblem() const
{
    static const QRegularExpression refused(u"[/:%\"'\\\\]"_s);
    const QString name = m_model->text().trimmed();
    if (name.isEmpty())
        return m_kind == FlowKind::Pipeline ? tr("Give the model a name.") : QString();
    if (name.contains(refused) || name == u".")
        return tr("A model name must not contain / : % \\ or quotes.");
    return name.size() > 250 ? tr("The model name is too long.") : QString();
}

QString FlowForm::problem() const
{
    if (m_kind == FlowKind::Deployer) {
        if (m_pickModel->currentText().isEmpty())
            return tr("There is no registered model to deploy.");
        return m_pickVersion->currentText().isEmpty() ? tr("Choose a version.") : QString();
    }
    const QString data = m_data->problem();
    return data.isEmpty() ? modelProblem() : data;
}

void FlowForm::follow()
{
    // A reason given for one table must not wave the next one through.
    if (const QString file = m_data->spec().file; std::exchange(m_leaksIn, file) != file)
        m_keepLeaks->clear();
    if (m_nameIsOurs && m_model->text() != m_data->suggestedName()) {
        m_model->setText(m_data->suggestedName()); // comes back here
        return;
    }
    const QStringList suitable = m_data->suitableAlgorithms();
    if (!suitable.isEmpty() && m_algorithm->count() != suitable.size() + 1) {
        const QString before = m_algorithm->currentText();
        m_algorithm->clear();
        m_algorithm->addItem(tr("What the selector finds"));
        m_algorithm->addItems(suitable);
        m_algorithm->setCurrentIndex(std::max(0, m_algorithm->findText(before)));
    }
    const QString why = problem();
    m_why->setText(why);
    m_launch->setEnabled(why.isEmpty());
}

DataSpec FlowForm::dataSpec() const
{
    DataSpec spec = m_data->spec();
    spec.allowLeakage = m_keepLeaks->text().trimmed();
    return spec;
}

SelectorSpec FlowForm::selectorSpec() const
{
    SelectorSpec spec;
    spec.data = dataSpec();
    spec.experiment = m_experiment->text().trimmed();
    spec.modelName = m_model->text().trimmed();
    spec.exclude = wordsOf(m_exclude->text());
    spec.seed = m_seed->value();
    return spec;
}

TrainerSpec FlowForm::trainerSpec() const
{
    TrainerSpec spec;
    spec.data = dataSpec();
    spec.experiment = m_experiment->text().trimmed();
    spec.algorithm = m_algorithm->currentIndex() > 0 ? m_algorithm->currentText() : QString();
    spec.trials = m_trials->value();
    spec.registerAs = m_model->text().trimmed();
    spec.seed = m_seed->value();
    return spec;
}

DeployerSpec FlowForm::deployerSpec() const
{
    DeployerSpec spec;
    spec.model = m_pickModel->currentText();
    spec.version = m_pickVersion->currentData().toString();
    spec.to = static_cast<Stage>(m_stage->currentData().toInt());
    spec.reason = m_reason->text().trimmed();
    spec.keepExisting = m_keep->isChecked();
    return spec;
}

PipelineSpec FlowForm::pipelineSpec() const
{
    PipelineSpec spec;
    spec.data = dataSpec();
    spec.experiment = m_experiment->text().trimmed();
    spec.model = m_model->text().trimmed();
    spec.to = static_cast<Stage>(m_stage->currentData().toInt());
    spec.exclude = wordsOf(m_exclude->text());
    spec.algorithm = m_algorithm->currentIndex() > 0 ? m_algorithm->currentText() : QString();
    spec.trials = m_trials->value();
    spec.seed = m_seed->value();
    return spec;
}

QString FlowForm::subject() const
{
    if (m_kind == FlowKind::Deployer)
        return m_pickModel->currentText() + u" v" + m_pickVersion->currentData().toString();
    const QString name = m_model->text().trimmed();
    return name.isEmpty() ? m_data->suggestedName() : name;
}

} // namespace signalbox
