// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/waiver_list.h"

#include "ui/models/formatters.h"
#include "ui/theme/theme.h"

#include <QtWidgets/QCheckBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

bool stops(const GateResult &gate)
{
    return gate.verdict == Verdict::Fail || gate.verdict == Verdict::Missing;
}

} // namespace

WaiverList::WaiverList(QWidget *parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
{
    setObjectName(u"waiverList"_s);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(kGrid / 2);
}

void WaiverList::setGates(const QList<GateResult> &gates)
{
    const Waivers before = waivers();
    for (const Row &row : m_rows)
        delete row.tick->parentWidget();
    m_rows.clear();
    for (const GateResult &gate : gates) {
        if (!stops(gate) || !gate.waivable)
            continue;
        auto *line = new QWidget(this);
        auto *layout = new QHBoxLayout(line);
        layout->setContentsMargins(0, 0, 0, 0);
        Row row;
        row.gate = gate.id;
        row.tick = new QCheckBox(format::oneLine(gate.title, 60).replace(u'&', u"&&"_s), line);
        row.tick->setObjectName(u"waive_"_s + gate.id);
        row.tick->setMinimumWidth(240);
        row.reason = new QLineEdit(line);
        row.reason->setObjectName(u"waiveReason_"_s + gate.id);
        row.reason->setAccessibleName(tr("Why %1 is waived").arg(format::oneLine(gate.title, 60)));
        row.reason->setPlaceholderText(tr("Why this gate does not matter here"));
        row.reason->setEnabled(false);
        layout->addWidget(row.tick);
        layout->addWidget(row.reason, 1);
        connect(row.tick, &QCheckBox::toggled, this, [this, reason = row.reason](bool on) {
            reason->setEnabled(on);
            if (on)
                reason->setFocus(Qt::OtherFocusReason);
            Q_EMIT changed();
        });
        connect(row.reason, &QLineEdit::textChanged, this, &WaiverList::changed);
        m_layout->addWidget(line);
        m_rows.push_back(row);
        if (before.contains(gate.id)) {
            row.tick->setChecked(true);
            row.reason->setText(before.value(gate.id));
        }
    }
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
