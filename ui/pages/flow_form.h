// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/flows/flow_specs.h"
#include "core/mlflow/entities.h"

#include <QtWidgets/QWidget>

#include <functional>
#include <optional>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace signalbox {

class DataPicker;
class PlainLabel;
class UiContext;

//! Models and versions for the deployer's form.
struct ModelSource {
    std::function<Call<mlflow::Page<mlflow::RegisteredModel>>()> models;
    std::function<Call<QList<mlflow::ModelVersion>>(const QString &model)> versions;
};

/*! The launch form of one flow kind: data, target, options with their defaults, and a button that
 *  says why it is off. Main thread. */
class FlowForm final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FlowForm)

public:
    explicit FlowForm(UiContext &context, QWidget *parent = nullptr);

    void setKind(FlowKind kind);
    [[nodiscard]] FlowKind kind() const { return m_kind; }
    [[nodiscard]] DataPicker *data() { return m_data; }
    void setModelSource(ModelSource source);
    void reloadModels();
    //! Why the flow cannot start, or empty.
    [[nodiscard]] QString problem() const;
    [[nodiscard]] SelectorSpec selectorSpec() const;
    [[nodiscard]] TrainerSpec trainerSpec() const;
    [[nodiscard]] DeployerSpec deployerSpec() const;
    [[nodiscard]] PipelineSpec pipelineSpec() const;
    [[nodiscard]] QString subject() const; //!< What the flow works on, for its title.

Q_SIGNALS:
    void launchRequested();

private:
    void build();
    void buildOptions();
    void buildDeployer();
    QWidget *field(const QString &name, const QString &title, QWidget *widget);
    void show(QWidget *widget, bool on);
    void fillVersions(const QString &model);
    void follow();
    [[nodiscard]] QString modelProblem() const;
    [[nodiscard]] DataSpec dataSpec() const;

    UiContext &m_context;
    FlowKind m_kind = FlowKind::Pipeline;
    ModelSource m_source;
    DataPicker *m_data = nullptr;
    QFormLayout *m_form = nullptr;
    QLineEdit *m_model = nullptr;
    QComboBox *m_pickModel = nullptr;
    QComboBox *m_pickVersion = nullptr;
    QComboBox *m_stage = nullptr;
    QComboBox *m_algorithm = nullptr;
    QSpinBox *m_trials = nullptr;
    QSpinBox *m_seed = nullptr;
    QLineEdit *m_experiment = nullptr;
    QLineEdit *m_exclude = nullptr;
    QLineEdit *m_keepLeaks = nullptr;
    QString m_leaksIn; //!< The table that the reason is about.
    QLineEdit *m_reason = nullptr;
    QCheckBox *m_keep = nullptr;
    PlainLabel *m_title = nullptr;
    PlainLabel *m_about = nullptr;
    PlainLabel *m_why = nullptr;
    QPushButton *m_launch = nullptr;
    bool m_nameIsOurs = true; //!< The model name follows the file's name.
    ScopedCall<mlflow::Page<mlflow::RegisteredModel>> m_modelsCall;
    ScopedCall<QList<mlflow::ModelVersion>> m_versionsCall;
};

} // namespace signalbox
