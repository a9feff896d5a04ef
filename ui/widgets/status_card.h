// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QHBoxLayout;
class QPushButton;
class QVBoxLayout;

namespace signalbox {

class FactGrid;
class PlainLabel;
class StatusPill;

/*! The one shape of every card about something that has a state: title and pill, a sentence, facts,
 *  more content, and buttons at the bottom. Parts that are not used take no room. */
class StatusCard : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StatusCard)

public:
    //! `name` becomes the objectName ("breakerCard" gives "breakerCardWidget").
    StatusCard(const QString &name, const QString &title, QWidget *parent = nullptr);

    [[nodiscard]] QString sentence() const; //!< What the card says in one sentence.
    [[nodiscard]] FactGrid &facts() { return *m_facts; }

protected:
    [[nodiscard]] StatusPill &pill() { return *m_pill; }
    //! A widget above everything else, such as the name of the thing.
    void setHeadline(QWidget *widget);
    //! Empty hides it.
    void setSentence(const QString &text);
    //! Between facts and buttons.
    [[nodiscard]] QVBoxLayout *content() { return m_content; }
    //! `spoken` is what a screen reader says when the text alone is not enough.
    QPushButton *addButton(const QString &name, const QString &text, const QString &spoken = {});

private:
    StatusPill *m_pill = nullptr;
    PlainLabel *m_sentence = nullptr;
    FactGrid *m_facts = nullptr;
    QVBoxLayout *m_body = nullptr;
    QVBoxLayout *m_content = nullptr;
    QHBoxLayout *m_buttons = nullptr;
};

} // namespace signalbox
