// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/frame/palette_model.h"

#include <QtWidgets/QFrame>

class QLineEdit;
class QListView;

namespace signalbox {

/*! The popup behind Ctrl+K: type, pick with the arrows, Enter runs, Esc closes. Owned by the
 *  window. */
class CommandPalette final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CommandPalette)

public:
    explicit CommandPalette(QWidget *parent = nullptr);

    //! Shows itself below the top edge of the parent, centred on `centreX` (parent coordinates).
    void popUp(QList<PaletteEntry> entries, int centreX, int top, int width);
    //! More entries that were looked up meanwhile, added at the end.
    void append(const QList<PaletteEntry> &entries);
    [[nodiscard]] PaletteModel &model() { return *m_model; }

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void runCurrent();
    void move(int rows);
    void fitRows();
    QList<PaletteEntry> m_entries;
    QLineEdit *m_field = nullptr;
    QListView *m_list = nullptr;
    PaletteModel *m_model = nullptr;
};

} // namespace signalbox
