// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/run_query_bar.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtGui/QAction>
#include <QtGui/QKeyEvent>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

const QString kDeleted = u"DELETED"_s;
constexpr qint64 kDayMs = 86'400'000;

} // namespace

RunQueryBar::RunQueryBar(QWidget *parent)
    : QWidget(parent)
    , m_box(new QFrame(this))
    , m_text(new QLineEdit(m_box))
    , m_note(new PlainLabel(m_box))
    , m_refusal(new PlainLabel(this))
{
    setObjectName(u"runQueryBar"_s);
    m_text->setObjectName(u"runQueryEdit"_s);
    m_text->setAccessibleName(tr("Filter of the runs"));
    m_text->setPlaceholderText(tr("Filter, for example  metrics.test_roc_auc > 0.85 AND "
                                  "params.algorithm = 'xgboost'"));
    m_text->setFont(Theme::instance().numberFont());
    m_text->addAction(themeIcon(u"filter"_s), QLineEdit::LeadingPosition);
    m_text->installEventFilter(this);
    m_note->setLevel(u"muted"_s);
    m_note->setObjectName(u"runQueryNote"_s);
    m_refusal->setLevel(u"bad"_s);
    m_refusal->setObjectName(u"runQueryRefusal"_s);
    m_refusal->hide();
    auto *inside = new QHBoxLayout(m_box);
    inside->setContentsMargins(0, 0, 0, 0);
    inside->addWidget(m_text, 1);
    auto *row = new QHBoxLayout;
    row->setSpacing(kGrid);
    row->addWidget(m_box, 1);
    row->addWidget(m_note);
    m_statusChip = addChip(u"statusFilterButton"_s, tr("Status"),
        {{tr("Any status"), {}}, {tr("Running"), u"RUNNING"_s}, {tr("Finished"), u"FINISHED"_s},
            {tr("Failed"), u"FAILED"_s}, {tr("Killed"), u"KILLED"_s}, {tr("Deleted"), kDeleted}},
        m_status);
    m_timeChip = addChip(u"timeFilterButton"_s, tr("Started"),
        {{tr("Any time"), {}}, {tr("Last 24 hours"), u"1"_s}, {tr("Last 7 days"), u"7"_s},
            {tr("Last 30 days"), u"30"_s}},
        m_days);
    row->addWidget(m_statusChip);
    row->addWidget(m_timeChip);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2);
    layout->addLayout(row);
    layout->addWidget(m_refusal);
    connect(m_text, &QLineEdit::returnPressed, this, &RunQueryBar::submitted);
    connect(m_text, &QLineEdit::textEdited, this, [this] { setRefusal({}); });
}

QPushButton *RunQueryBar::addChip(
    const QString &name, const QString &title, const QList<Option> &options, QString &target)
{
    auto *chip = new QPushButton(title, this);
    chip->setObjectName(name);
    chip->setAccessibleName(title);
    chip->setProperty("kind", u"chip"_s);
    chip->setCheckable(true);
    auto *menu = new QMenu(chip);
    for (const Option &option : options) {
        auto *action = menu->addAction(option.title);
        connect(action, &QAction::triggered, this, [this, chip, title, option, &target] {
            choose(chip, title, option, target);
            Q_EMIT submitted();
        });
    }
    chip->setMenu(menu);
    return chip;
}

void RunQueryBar::choose(
    QPushButton *chip, const QString &title, const Option &option, QString &target)
{
    target = option.value;
    m_deleted = m_status == kDeleted;
    chip->setText(option.value.isEmpty() ? title : option.title);
    chip->setChecked(!option.value.isEmpty());
}

QString RunQueryBar::filter(qint64 nowMs) const
{
    QStringList parts;
    if (const QString text = m_text->text().trimmed(); !text.isEmpty())
        parts.append(text);
    if (!m_status.isEmpty() && !m_deleted)
        parts.append(u"attributes.status = '"_s + m_status + u'\'');
    if (!m_days.isEmpty()) {
        const qint64 since = nowMs - m_days.toLongLong() * kDayMs;
        parts.append(u"attributes.start_time >= "_s + QString::number(since));
    }
    return parts.join(u" AND "_s);
}

bool RunQueryBar::isActive() const
{
    return !m_text->text().trimmed().isEmpty() || !m_status.isEmpty() || !m_days.isEmpty();
}

void RunQueryBar::setText(const QString &text)
{
    m_text->setText(text);
    setRefusal({});
}

void RunQueryBar::clear()
{
    const bool was = isActive();
    setText({});
    choose(m_statusChip, tr("Status"), {}, m_status);
    choose(m_timeChip, tr("Started"), {}, m_days);
    if (was)
        Q_EMIT submitted();
}

void RunQueryBar::setNote(const QString &note)
{
    m_note->setText(note);
}

void RunQueryBar::setRefusal(const QString &text)
{
    m_refusal->setText(text);
    m_refusal->setVisible(!text.isEmpty());
    setStyleProperty(m_text, "valid", text.isEmpty());
}

void RunQueryBar::focusText()
{
    m_text->setFocus(Qt::ShortcutFocusReason);
    m_text->selectAll();
}

bool RunQueryBar::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_text && event->type() == QEvent::KeyPress
        && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape && isActive()) {
        clear();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace signalbox
