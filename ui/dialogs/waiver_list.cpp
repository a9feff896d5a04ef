// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/waiver_list.h"

#include "ui/models/formatters.h"
#include "ui/theme/theme.h"

#include <QtWidgets/QCheckBox>
#include <QtWidgets/QGridLayout>
#include <QtWidgets/QLineEdit>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kShownRows = 4; // the others are a scroll away: the dialog must fit a small screen

bool stops(const GateResult &gate)
{
    return gate.verdict == Verdict::Fail || gate.verdict == Verdict::Missing;
}

} // namespace

WaiverList::WaiverList(QWidget *parent)
    : QScrollArea(parent)
    , m_inside(new QWidget(this))
    , m_grid(new QGridLayout(m_inside))
{
    setObjectName(u"waiverList"_s);
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setWidget(m_inside);
    viewport()->setAutoFillBackground(false);
    m_inside->setAutoFillBackground(false);
    m_grid->setContentsMargins(0, 0, kGrid, 0);
    m_grid->setHorizontalSpacing(2 * kGrid);
    m_grid->setVerticalSpacing(kGrid / 2);
    m_grid->setColumnStretch(1, 1);
}

void WaiverList::setGates(const QList<GateResult> &gates)
{
    const Waivers before = waivers();
    for (const Row &row : m_rows) {
        delete row.tick;
        delete row.reason;
    }
    m_rows.clear();
    for (const GateResult &gate : gates) {
        if (!stops(gate) || !gate.waivable)
            continue;
        Row row;
        row.gate = gate.id;
        row.tick = new QCheckBox(format::oneLine(gate.title, 60).replace(u'&', u"&&"_s), m_inside);
        row.tick->setObjectName(u"waive_"_s + gate.id);
        row.reason = new QLineEdit(m_inside);
        row.reason->setObjectName(u"waiveReason_"_s + gate.id);
        row.reason->setAccessibleName(tr("Why %1 is waived").arg(format::oneLine(gate.title, 60)));
        row.reason->setPlaceholderText(tr("Why this gate does not matter here"));
        row.reason->setEnabled(false);
        const int place = static_cast<int>(m_rows.size());
        m_grid->addWidget(row.tick, place, 0);
        m_grid->addWidget(row.reason, place, 1);
        connect(row.tick, &QCheckBox::toggled, this, [this, reason = row.reason](bool on) {
            reason->setEnabled(on);
            if (on)
                reason->setFocus(Qt::OtherFocusReason);
            Q_EMIT changed();
        });
        connect(row.reason, &QLineEdit::textChanged, this, &WaiverList::changed);
        m_rows.push_back(row);
        if (before.contains(gate.id)) {
            row.tick->setChecked(true);
            row.reason->setText(before.value(gate.id));
        }
    }
    updateGeometry();
}

QSize WaiverList::sizeHint() const
{
    if (m_rows.empty())
        return {0, 0};
    const int rows = std::min(static_cast<int>(m_rows.size()), kShownRows);
    const int row = m_rows.front().reason->sizeHint().height();
    return {m_inside->sizeHint().width(), rows * (row + kGrid / 2)};
}

Waivers WaiverList::waivers() const
{
    Waivers waivers;
    for (const Row &row : m_rows) {
        const QString reason = row.reason->text().trimmed();
        if (row.tick->isChecked() && !reason.isEmpty())
            waivers.insert(row.gate, reason);
    }
    return waivers;
}

bool WaiverList::isIncomplete() const
{
    return std::any_of(m_rows.cbegin(), m_rows.cend(), [](const Row &row) {
        return row.tick->isChecked() && row.reason->text().trimmed().isEmpty();
    });
}

QList<GateResult> withWaivers(QList<GateResult> gates, const Waivers &waivers)
{
    for (GateResult &gate : gates) {
        if (stops(gate) && gate.waivable && waivers.contains(gate.id)) {
            gate.verdict = Verdict::Waived;
            gate.evidence = waivers.value(gate.id);
        }
    }
    return gates;
}

} // namespace signalbox
