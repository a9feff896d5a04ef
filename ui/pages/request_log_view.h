// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/http_message.h"

#include <QtWidgets/QWidget>

class QAction;
class QPlainTextEdit;

namespace signalbox {

class Card;
class DataTable;
class OffThread;
class RequestFilterModel;
class UiContext;

/*! The attempts of this connection with filter by text, failures and class, the details of the
 *  chosen one, copy and export. */
class RequestLogView final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RequestLogView)

public:
    //! The actions belong to the page, which offers them in the palette too.
    RequestLogView(UiContext &context, QAction *copy, QAction *exportLog, QWidget *parent);

private:
    void buildHeader(QAction *copy, QAction *exportLog);
    void buildTable();
    void follow();
    void showDetails();
    void exportShown();
    void copyShown();
    [[nodiscard]] QList<int> selectedRows() const;

    UiContext &m_context;
    Card *m_card = nullptr;
    RequestFilterModel *m_filter = nullptr;
    DataTable *m_table = nullptr;
    QPlainTextEdit *m_details = nullptr;
    OffThread *m_writer = nullptr;
};

} // namespace signalbox
