// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/version_board.h"

#include <QtWidgets/QWidget>

#include <array>

class QListView;

namespace signalbox {

class PlainLabel;

/*! The five stages side by side. One card of the whole board is chosen at a time; arrow keys walk
 *  over it. Moves nothing by itself. Main thread; owned by the models page. */
class StageBoard final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StageBoard)

public:
    explicit StageBoard(VersionBoard &board, QWidget *parent = nullptr);

    [[nodiscard]] const QString &current() const { return m_current; } //!< A version, or empty.
    void setCurrent(const QString &version);
    [[nodiscard]] QListView *list(Stage stage) const;

Q_SIGNALS:
    void currentChanged(const QString &version);
    //! Enter, double click, or the menu key on a card.
    void menuRequested(const QString &version, const QPoint &globalPosition);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    struct Column {
        QListView *view = nullptr;
        PlainLabel *count = nullptr;
    };
    void addColumn(Stage stage, QWidget *frame);
    void select(Stage stage, const QModelIndex &index);
    void step(Stage from, int direction);
    void requestMenu(QListView *view, const QModelIndex &index);
    void modelChanged(Stage stage);

    VersionBoard &m_board;
    std::array<Column, 5> m_columns;
    QString m_current;
    bool m_selecting = false;
};

} // namespace signalbox
