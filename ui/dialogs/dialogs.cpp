// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/dialogs.h"

#include "ui/dialogs/text_dialog.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QtWidgets/QFileDialog>
#include <QtWidgets/QMessageBox>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString iconNameFor(Tone tone)
{
    switch (tone) {
    case Tone::Neutral:
    case Tone::Info:
        return u"info"_s;
    case Tone::Good:
        return u"check"_s;
    case Tone::Warning:
        return u"warning"_s;
    case Tone::Bad:
        return u"cross"_s;
    }
    return u"info"_s;
}

QMessageBox *makeBox(QWidget *parent, Tone tone, const QString &title, const QString &text)
{
    auto *box = new QMessageBox(parent);
    box->setObjectName(u"messageBox"_s);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(title);
    box->setTextFormat(Qt::PlainText);
    box->setText(text);
    const Colours &colours = Theme::instance().colours();
    const qreal ratio = parent ? parent->devicePixelRatioF() : 1.0;
    box->setIconPixmap(iconPixmap(iconNameFor(tone), colours.of(tone), 32, ratio));
    return box;
}

QFileDialog *makeChooser(QWidget *parent, const FileQuestion &question, QFileDialog::FileMode mode)
{
    auto *dialog = new QFileDialog(parent, question.title, question.directory);
    dialog->setObjectName(u"fileDialog"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(mode);
    if (!question.filters.isEmpty())
        dialog->setNameFilters(question.filters);
    return dialog;
}

void openChooser(QWidget *parent, QFileDialog *dialog, std::function<void(QString)> answer)
{
    QObject *context = parent ? static_cast<QObject *>(parent) : dialog;
    QObject::connect(
        dialog, &QFileDialog::finished, context, [dialog, answer = std::move(answer)](int result) {
            const QStringList files = dialog->selectedFiles();
            answer(result == QDialog::Accepted ? files.value(0) : QString());
        });
    dialog->open();
}

} // namespace

void WidgetDialogs::inform(QWidget *parent, Tone tone, const QString &title, const QString &text)
{
    makeBox(parent, tone, title, text)->open();
}

void WidgetDialogs::confirm(
    QWidget *parent, const Question &question, std::function<void(bool)> answer)
{
    const Tone tone = question.destructive ? Tone::Warning : Tone::Info;
    QMessageBox *box = makeBox(parent, tone, question.title, question.text);
    box->setInformativeText(question.detail);
    QPushButton *yes = box->addButton(question.confirm, QMessageBox::AcceptRole);
    QPushButton *no = box->addButton(QMessageBox::Cancel);
    setStyleProperty(yes, "kind", question.destructive ? u"danger"_s : u"primary"_s);
    box->setDefaultButton(question.destructive ? no : yes);
    box->setEscapeButton(no);
    QObject *context = parent ? static_cast<QObject *>(parent) : box;
    QObject::connect(box, &QMessageBox::finished, context,
        [box, yes, answer = std::move(answer)] { answer(box->clickedButton() == yes); });
    box->open();
}

void WidgetDialogs::askText(QWidget *parent, const TextQuestion &question,
    std::function<void(std::optional<QString>)> answer)
{
    auto *dialog = new TextDialog(question, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject *context = parent ? static_cast<QObject *>(parent) : dialog;
    QObject::connect(
        dialog, &QDialog::finished, context, [dialog, answer = std::move(answer)](int result) {
            answer(result == QDialog::Accepted ? std::optional(dialog->text()) : std::nullopt);
        });
    dialog->open();
}

void WidgetDialogs::openFile(
    QWidget *parent, const FileQuestion &question, std::function<void(QString)> answer)
{
    QFileDialog *dialog = makeChooser(parent, question, QFileDialog::ExistingFile);
    openChooser(parent, dialog, std::move(answer));
}

void WidgetDialogs::saveFile(
    QWidget *parent, const FileQuestion &question, std::function<void(QString)> answer)
{
    QFileDialog *dialog = makeChooser(parent, question, QFileDialog::AnyFile);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    openChooser(parent, dialog, std::move(answer));
}

void WidgetDialogs::chooseFolder(
    QWidget *parent, const FileQuestion &question, std::function<void(QString)> answer)
{
    QFileDialog *dialog = makeChooser(parent, question, QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    openChooser(parent, dialog, std::move(answer));
}

} // namespace signalbox
