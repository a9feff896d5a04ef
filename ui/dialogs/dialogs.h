// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/colours.h"

#include <QtCore/QObject>
#include <QtCore/QString>
#include <QtCore/QStringList>

#include <functional>
#include <optional>

class QWidget;

namespace signalbox {

struct Question {
    QString title;
    QString text; //!< Plain text.
    QString detail; //!< What will happen exactly; plain text, may be empty.
    QString confirm; //!< Text of the button that does it: "Delete 3 runs".
    bool destructive = false; //!< Then Cancel has the focus.
};

struct TextQuestion {
    QString title;
    QString label;
    QString value;
    QString confirm; //!< Text of the button: "Rename".
    bool multiLine = false;
};

struct FileQuestion {
    QString title;
    QString directory; //!< Or a whole suggested file name, for saving.
    QStringList filters; //!< "Tables (*.csv *.parquet)".
};

/*! Everything that asks the user something in a window of its own, behind one interface so that
 *  tests answer by script. Nothing blocks: the answer comes by callback, never after `parent` died.
 *  Server text is shown as plain text. Main thread. */
class Dialogs {
public:
    Dialogs() = default;
    virtual ~Dialogs() = default;
    Q_DISABLE_COPY_MOVE(Dialogs)

    virtual void inform(QWidget *parent, Tone tone, const QString &title, const QString &text) = 0;
    virtual void confirm(
        QWidget *parent, const Question &question, std::function<void(bool)> answer) = 0;
    //! Nothing when cancelled.
    virtual void askText(QWidget *parent, const TextQuestion &question,
        std::function<void(std::optional<QString>)> answer) = 0;
    //! An empty path when cancelled.
    virtual void openFile(
        QWidget *parent, const FileQuestion &question, std::function<void(QString)> answer) = 0;
    virtual void saveFile(
        QWidget *parent, const FileQuestion &question, std::function<void(QString)> answer) = 0;
    virtual void chooseFolder(
        QWidget *parent, const FileQuestion &question, std::function<void(QString)> answer) = 0;
};

//! Real message boxes and file choosers.
class WidgetDialogs final : public Dialogs {
public:
    void inform(QWidget *parent, Tone tone, const QString &title, const QString &text) override;
    void confirm(
        QWidget *parent, const Question &question, std::function<void(bool)> answer) override;
    void askText(QWidget *parent, const TextQuestion &question,
        std::function<void(std::optional<QString>)> answer) override;
    void openFile(QWidget *parent, const FileQuestion &question,
        std::function<void(QString)> answer) override;
    void saveFile(QWidget *parent, const FileQuestion &question,
        std::function<void(QString)> answer) override;
    void chooseFolder(QWidget *parent, const FileQuestion &question,
        std::function<void(QString)> answer) override;
};

} // namespace signalbox
