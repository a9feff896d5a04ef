// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/dialogs/dialogs.h"

#include <QtCore/QList>

namespace signalbox::test {

//! Answers at once what the test prepared, and remembers what was asked.
class ScriptedDialogs final : public Dialogs {
public:
    bool yes = true;
    std::optional<QString> text;
    QString file; //!< Empty means cancelled.
    QStringList informed; //!< Texts of message boxes.
    QList<Question> questions;
    QList<TextQuestion> textQuestions;
    QList<FileQuestion> fileQuestions;

    void inform(QWidget *, Tone, const QString &, const QString &message) override
    {
        informed.append(message);
    }
    void confirm(QWidget *, const Question &question, std::function<void(bool)> answer) override
    {
        questions.append(question);
        answer(yes);
    }
    void askText(QWidget *, const TextQuestion &question,
        std::function<void(std::optional<QString>)> answer) override
    {
        textQuestions.append(question);
        answer(text);
    }
    void openFile(
        QWidget *, const FileQuestion &question, std::function<void(QString)> answer) override
    {
        fileQuestions.append(question);
        answer(file);
    }
    void saveFile(
        QWidget *, const FileQuestion &question, std::function<void(QString)> answer) override
    {
        fileQuestions.append(question);
        answer(file);
    }
    void chooseFolder(
        QWidget *, const FileQuestion &question, std::function<void(QString)> answer) override
    {
        fileQuestions.append(question);
        answer(file);
    }
};

} // namespace signalbox::test
