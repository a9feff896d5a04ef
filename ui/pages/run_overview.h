// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/mlflow/entities.h"

#include <QtWidgets/QScrollArea>

class QGridLayout;
class QVBoxLayout;

namespace signalbox {

class Card;
class KeyValueTable;
class SearchField;

/*! Everything that a run says about itself: params, metrics, tags, data sets, models, children.
 *  One search field filters the three tables. Main thread. */
class RunOverview final : public QScrollArea {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunOverview)

public:
    explicit RunOverview(QWidget *parent = nullptr);

    void setRun(const mlflow::Run &run);
    void setChildren(const QList<mlflow::Run> &children);

Q_SIGNALS:
    void runRequested(const signalbox::RunId &run);
    void modelRequested(const QString &name, const QString &version);

private:
    KeyValueTable *addTable(const QString &name, const QString &title, QVBoxLayout *column);
    void showDetails(const mlflow::Run &run);
    void showDatasets(const mlflow::Run &run);
    void showModels(const mlflow::Run &run);
    static void clear(QVBoxLayout *layout);

    SearchField *m_search = nullptr;
    KeyValueTable *m_details = nullptr;
    KeyValueTable *m_params = nullptr;
    KeyValueTable *m_metrics = nullptr;
    KeyValueTable *m_tags = nullptr;
    Card *m_datasets = nullptr;
    Card *m_models = nullptr;
    Card *m_children = nullptr;
};

} // namespace signalbox
