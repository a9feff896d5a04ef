// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/flows/flow_specs.h"

#include <QtCore/QJsonObject>
#include <QtWidgets/QWidget>

#include <functional>

class QComboBox;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QStandardItemModel;
class QTimer;

namespace signalbox {

class DataTable;
class PlainLabel;
class UiContext;

//! How data is looked at and made; the engine in the window, fakes in tests.
struct DataTools {
    std::function<Call<QJsonObject>(const DataSpec &)> inspect;
    std::function<Call<DemoData>(const QString &name)> makeDemo;
};

//! Of the labels of a flow's form, so that its fields stand in one line.
inline constexpr int kFormLabelWidth = 84;

/*! The data part of a launch form: file, preview, target, problem type. Looks at the file whenever
 *  file or target change, the latest wins. Main thread. */
class DataPicker final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DataPicker)

public:
    explicit DataPicker(UiContext &context, QWidget *parent = nullptr);

    void setTools(DataTools tools) { m_tools = std::move(tools); }
    void setFile(const QString &file);
    void useDemo(const QString &name);
    [[nodiscard]] DataSpec spec() const;
    //! Why a flow cannot start with this data, or empty.
    [[nodiscard]] QString problem() const;
    //! Names that can learn this target; empty while unknown.
    [[nodiscard]] QStringList suitableAlgorithms() const;
    [[nodiscard]] QString suggestedName() const; //!< From the file's name.
    [[nodiscard]] bool isBusy() const { return m_call.isRunning() || m_demoCall.isRunning(); }

Q_SIGNALS:
    void changed();
    //! The demo data is there and its target chosen.
    void demoReady(const QString &name);

private:
    void build();
    void browse();
    void inspect();
    void takeReport(const Result<QJsonObject> &result);
    void showPreview();
    void fillTargets();
    void showFacts();

    UiContext &m_context;
    DataTools m_tools;
    QLineEdit *m_file = nullptr;
    QPushButton *m_browse = nullptr;
    QPushButton *m_demo = nullptr;
    QComboBox *m_target = nullptr;
    QComboBox *m_problem = nullptr;
    PlainLabel *m_facts = nullptr;
    PlainLabel *m_error = nullptr;
    QProgressBar *m_busy = nullptr;
    DataTable *m_preview = nullptr;
    QStandardItemModel *m_rows = nullptr;
    QTimer *m_timer = nullptr;
    QJsonObject m_report;
    QString m_inspectedFile;
    QString m_wantedTarget;
    QString m_failure;
    bool m_filling = false;
    ScopedCall<QJsonObject> m_call;
    ScopedCall<DemoData> m_demoCall;
};

} // namespace signalbox
