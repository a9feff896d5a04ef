// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/promotion_dialog.h"

#include "core/base/redaction.h"
#include "ui/dialogs/waiver_list.h"
#include "ui/models/formatters.h"
#include "ui/models/gate_table_model.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/status_pill.h"

#include <QtGui/QScreen>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QProgressBar>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kWidth = 880;
constexpr int kMaxGateRows = 15;
constexpr int kFrameRoom = 48; // for the title bar, which counts only once the window is shown

Tone toneOf(Stage stage)
{
    switch (stage) {
    case Stage::Production:
        return Tone::Good;
    case Stage::Staging:
    case Stage::Shadow:
        return Tone::Info;
    case Stage::None:
    case Stage::Archived:
        break;
    }
    return Tone::Neutral;
}

} // namespace

PromotionDialog::PromotionDialog(
    Connector &connector, const Result<Policy> &policy, Move move, QWidget *parent)
    : QDialog(parent)
    , m_policy(policy)
    , m_move(std::move(move))
    , m_promoter(connector)
    , m_gates(new GateTableModel(this))
    , m_table(new DataTable(this))
    , m_banner(new Banner(this))
    , m_progress(new QProgressBar(this))
    , m_progressText(new PlainLabel(this))
    , m_reason(new QLineEdit(this))
    , m_waivers(new WaiverList(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(u"promotionDialog"_s);
    setWindowTitle(headline());
    setModal(true);
    build();
    connect(&m_promoter, &Promoter::step, this, [this](const QString &text) {
        if (m_working)
            showWorking(text);
    });
    connect(&m_promoter, &Promoter::phaseChanged, this,
        [this](PromotionPhase phase) { m_moving = phase >= PromotionPhase::Claim; });
    connect(m_waivers, &WaiverList::changed, this, &PromotionDialog::evaluate);
    evaluate();
}

void PromotionDialog::build()
{
    m_table->setObjectName(u"gateTable"_s);
    m_table->setAccessibleName(tr("Gates"));
    m_table->setModel(m_gates);
    m_table->horizontalHeader()->hide();
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setFixedHeight(kRowHeight * 4);
    m_reason->setObjectName(u"promotionReason"_s);
    m_reason->setAccessibleName(tr("Reason"));
    m_reason->setPlaceholderText(tr("Reason (kept with the decision)"));
    m_progress->setRange(0, 0);
    m_progress->setTextVisible(false);
    m_progressText->setLevel(u"muted"_s);
    m_retry = m_banner->addButton(u"promotionRetryButton"_s, tr("Try again"));
    connect(m_retry, &QPushButton::clicked, this, &PromotionDialog::start);
    m_waivers->hide();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGrid * 3, kGrid * 2, kGrid * 3, kGrid * 2);
    layout->setSpacing(kGrid * 3 / 2);
    layout->addWidget(buildHeader());
    layout->addWidget(m_banner);
    layout->addWidget(m_table);
    layout->addWidget(buildChanges());
    layout->addWidget(m_progress);
    layout->addWidget(m_progressText);
    layout->addWidget(m_waivers);
    layout->addWidget(m_reason);
    layout->addStretch(1);
    layout->addWidget(buildButtons());
    setMinimumWidth(640);
    resize(kWidth, 240);
}

QString PromotionDialog::headline() const
{
    const QString text = m_move.to == Stage::Archived ? tr("Archive %1 v%2") : tr("Promote %1 v%2");
    return text.arg(format::oneLine(m_move.model, 60), m_move.version);
}

QWidget *PromotionDialog::buildHeader()
{
    auto *header = new QWidget(this);
    auto *layout = new QHBoxLayout(header);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    auto *title = new PlainLabel(headline(), header);
    title->setLevel(u"title"_s);
    m_fromPill = new StatusPill({toneOf(m_move.from), {}, nameOf(m_move.from)}, header);
    auto *to = new StatusPill({toneOf(m_move.to), {}, nameOf(m_move.to)}, header);
    m_policyLabel = new PlainLabel(header);
    m_policyLabel->setLevel(u"muted"_s);
    m_policyLabel->setObjectName(u"policyLabel"_s);
    layout->addWidget(title);
    layout->addWidget(m_fromPill);
    layout->addWidget(new PlainLabel(u"→"_s, header));
    layout->addWidget(to);
    layout->addStretch(1);
    layout->addWidget(m_policyLabel);
    return header;
}

QWidget *PromotionDialog::buildChanges()
{
    auto *box = new QFrame(this);
    box->setProperty("surface", u"inset"_s);
    auto *layout = new QVBoxLayout(box);
    layout->setContentsMargins(kGrid * 3 / 2, kGrid, kGrid * 3 / 2, kGrid);
    layout->setSpacing(kGrid / 2);
    m_changesTitle = new PlainLabel(tr("What will change"), box);
    m_changesTitle->setLevel(u"strong"_s);
    m_changesText = new PlainLabel(box);
    m_changesText->setLevel(u"muted"_s);
    m_changesText->setObjectName(u"promotionChanges"_s);
    m_keep = new QCheckBox(tr("Keep the present version in Production as well"), box);
    m_keep->setObjectName(u"keepExistingCheck"_s);
    m_keep->hide();
    layout->addWidget(m_changesTitle);
    layout->addWidget(m_changesText);
    layout->addWidget(m_keep);
    connect(m_keep, &QCheckBox::toggled, this, &PromotionDialog::evaluate);
    m_changes = box;
    return box;
}

QWidget *PromotionDialog::buildButtons()
{
    auto *row = new QWidget(this);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    m_waive = new QCheckBox(tr("Waive a gate…"), row);
    m_waive->setObjectName(u"waiveCheck"_s);
    m_cancel = new QPushButton(tr("Cancel"), row);
    m_cancel->setObjectName(u"promotionCancelButton"_s);
    m_promote =
        new QPushButton(m_move.to == Stage::Archived ? tr("Archive v%1").arg(m_move.version)
                                                     : tr("Promote to %1").arg(nameOf(m_move.to)),
            row);
    m_promote->setObjectName(u"promoteButton"_s);
    m_promote->setProperty("kind", u"primary"_s);
    m_promote->setDefault(true);
    layout->addWidget(m_waive);
    layout->addStretch(1);
    layout->addWidget(m_cancel);
    layout->addWidget(m_promote);
    connect(m_waive, &QCheckBox::toggled, this, [this](bool on) {
        m_waivers->setVisible(on);
        evaluate();
        fitScreen();
    });
    connect(m_cancel, &QPushButton::clicked, this, &PromotionDialog::reject);
    connect(m_promote, &QPushButton::clicked, this, &PromotionDialog::promote);
    return row;
}

void PromotionDialog::start()
{
    m_banner->clear();
    if (!m_policy) {
        showError(m_policy.error());
        return;
    }
    m_working = true;
    showWorking(tr("Collecting evidence…"));
    m_gatesCall = m_promoter.gates(m_move.model, m_move.version, m_move.to, *m_policy);
    m_gatesCall.call().then(this, [this](const Result<GateReport> &report) {
        m_working = false;
        showWorking({});
        if (report)
            takeReport(*report);
        else
            showError(report.error());
    });
    evaluate();
}

void PromotionDialog::takeReport(const GateReport &report)
{
    m_report = report;
    m_fromPill->setLook({toneOf(report.from), {}, nameOf(report.from)});
    m_policyLabel->setText(
        tr("policy %1 · %2")
            .arg(format::oneLine(report.policyName, 40), report.policyDigest.left(4)));
    m_policyLabel->setToolTip(plainToolTip(report.policyDigest));
    m_waivers->setGates(report.gates);
    m_keep->setVisible(m_move.to == Stage::Production && !report.wouldArchive.isEmpty());
    evaluate();
    m_table->resizeColumnsToContents();
    const auto fit = [this](int column, int least, int most) {
        m_table->setColumnWidth(column, std::clamp(m_table->columnWidth(column) + 8, least, most));
    };
    fit(GateTableModel::VerdictColumn, 36, 36);
    fit(GateTableModel::RuleColumn, 180, 330);
    fit(GateTableModel::LimitColumn, 90, 150);
    fit(GateTableModel::ActualColumn, 90, 170);
    const int rows = std::min(m_gates->rowCount(), kMaxGateRows);
    m_table->setFixedHeight(std::max(1, rows) * kRowHeight + 2);
    m_table->setVisible(m_gates->rowCount() > 0);
    fitScreen();
}

//! As high as its content, and with its buttons on the screen.
void PromotionDialog::fitScreen()
{
    layout()->activate();
    const QRect room = screen()->availableGeometry();
    resize(width(), std::min(sizeHint().height(), room.height() - kFrameRoom));
    const int below = frameGeometry().bottom() + kFrameRoom / 2 - room.bottom();
    if (below > 0)
        move(x(), std::max(room.top(), y() - below));
}

void PromotionDialog::showWorking(const QString &text)
{
    m_progress->setVisible(!text.isEmpty());
    m_progressText->setVisible(!text.isEmpty());
    m_progressText->setText(text);
}

void PromotionDialog::showError(const Error &error)
{
    m_working = false;
    m_moving = false;
    showWorking({});
    m_retry->show();
    m_banner->showMessage(Tone::Bad, format::oneLine(redact(error.text()), 500));
    evaluate();
}

QString PromotionDialog::changesText() const
{
    QStringList changes{tr("v%1 becomes %2").arg(m_move.version, nameOf(m_move.to))};
    if (!m_report->aliasMove.isEmpty())
        changes.append(
            tr("alias %1").arg(format::oneLine(m_report->aliasMove).replace(u"->"_s, u"→"_s)));
    const bool keep = m_keep->isVisibleTo(this) && m_keep->isChecked();
    for (const QString &version : m_report->wouldArchive) {
        if (!keep)
            changes.append(tr("v%1 becomes Archived").arg(version));
    }
    changes.append(tr("decision recorded in signalbox-decisions"));
    return changes.join(u" · "_s);
}

void PromotionDialog::evaluate()
{
    m_changes->setVisible(m_report.has_value());
    m_reason->setVisible(m_report.has_value() && !m_done);
    m_waive->setVisible(m_report.has_value() && !m_done && !m_waivers->isEmpty());
    bool allowed = false;
    if (m_report && !m_done) {
        const bool waiving = m_waive->isChecked();
        GateReport judged = *m_report;
        judged.gates = withWaivers(m_report->gates, waiving ? m_waivers->waivers() : Waivers{});
        m_gates->setGates(judged.gates);
        m_changesText->setText(changesText());
        allowed = judged.allowed() && !(waiving && m_waivers->isIncomplete());
    }
    m_promote->setEnabled(allowed && !m_working);
    m_promote->setToolTip(allowed || !m_report
            ? QString()
            : tr("A gate does not allow this move. It can be waived with a reason."));
    m_waivers->setEnabled(!m_working);
    m_reason->setEnabled(!m_working);
}

void PromotionDialog::promote()
{
    if (!m_promote->isEnabled() || !m_policy)
        return;
    PromotionRequest request;
    request.model = m_move.model;
    request.version = m_move.version;
    request.to = m_move.to;
    request.reason = m_reason->text().trimmed();
    request.keepExisting = m_keep->isVisibleTo(this) && m_keep->isChecked();
    if (m_waive->isChecked())
        request.waivers = m_waivers->waivers();
    m_working = true;
    m_banner->clear();
    showWorking(tr("Checking the gates again…"));
    evaluate();
    m_promoteCall = m_promoter.promote(request, *m_policy);
    m_promoteCall.call().then(
        this, [this](const Result<PromotionResult> &result) { takeResult(result); });
}

void PromotionDialog::takeResult(const Result<PromotionResult> &result)
{
    m_working = false;
    m_moving = false;
    if (!result) {
        if (m_promoter.lastReport())
            takeReport(*m_promoter.lastReport());
        showError(result.error());
        m_retry->setVisible(result.error().isOutage());
        return;
    }
    showWorking({});
    m_done = true;
    QString text = tr("%1 v%2 is in %3, as read back from the server.")
                       .arg(format::oneLine(m_move.model, 60), m_move.version, nameOf(result->to));
    if (!result->archived.isEmpty())
        text += tr(" Archived: v%1.").arg(result->archived.join(u", v"_s));
    m_gates->setGates(result->report.gates);
    m_retry->hide();
    m_banner->showMessage(Tone::Good, text);
    evaluate();
    m_changesTitle->setText(tr("What has changed"));
    m_promote->hide();
    m_waivers->hide();
    m_keep->hide();
    m_cancel->setText(tr("Close"));
    m_cancel->setDefault(true);
    fitScreen();
    Q_EMIT promoted(m_move.version, result->to);
}

QString PromotionDialog::message() const
{
    return m_banner->isHidden() ? QString() : m_banner->text();
}

void PromotionDialog::reject()
{
    if (m_moving)
        return; // half a move is what nobody wants; it ends within its deadline
    QDialog::reject();
}

} // namespace signalbox
