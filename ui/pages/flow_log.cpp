// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/flow_log.h"

#include "ui/models/formatters.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"

#include <QtCore/QSaveFile>
#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QScrollBar>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString lineText(const TrackedFlow::LogLine &line)
{
    const QString mark = line.level == "error"_L1 ? u"error: "_s
        : line.level == "warning"_L1              ? u"warning: "_s
                                                  : QString();
    return format::timeOfDay(line.timeMs) + u' ' + mark + line.text;
}

QPushButton *quietButton(const QString &name, const QString &text, QWidget *parent)
{
    auto *button = new QPushButton(text, parent);
    button->setObjectName(name);
    button->setProperty("kind", u"quiet"_s);
    return button;
}

} // namespace

FlowLog::FlowLog(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_text(new QPlainTextEdit(this))
    , m_follow(new QCheckBox(tr("follow"), this))
{
    setObjectName(u"flowLog"_s);
    m_text->setObjectName(u"flowLogText"_s);
    m_text->setAccessibleName(tr("Log of the flow"));
    m_text->setReadOnly(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setStyleSheet(u"QPlainTextEdit { border: none; }"_s);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setMaximumBlockCount(TrackedFlow::kLogLines);
    m_text->setFont(Theme::instance().numberFont());
    m_follow->setObjectName(u"followLogCheck"_s);
    m_follow->setChecked(true);
    auto *card = new Card(tr("Log"), this);
    auto *copyButton = quietButton(u"copyLogButton"_s, tr("Copy"), card);
    auto *saveButton = quietButton(u"saveLogButton"_s, tr("Save…"), card);
    card->addHeaderWidget(m_follow);
    card->addHeaderWidget(copyButton);
    card->addHeaderWidget(saveButton);
    card->body()->setContentsMargins(kGrid, 0, kGrid, kGrid);
    card->body()->addWidget(m_text);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(card);
    connect(copyButton, &QPushButton::clicked, this, &FlowLog::copy);
    connect(saveButton, &QPushButton::clicked, this, &FlowLog::save);
}

void FlowLog::setFlow(TrackedFlow *flow)
{
    if (m_flow)
        m_flow->disconnect(this);
    m_flow = flow;
    m_text->clear();
    if (!flow)
        return;
    append(static_cast<int>(flow->log().size()));
    connect(flow, &TrackedFlow::logAppended, this, [this](int added) { append(added); });
}

void FlowLog::append(int added)
{
    const auto &log = m_flow->log();
    QScrollBar *bar = m_text->verticalScrollBar();
    const int before = bar->value();
    for (qsizetype i = std::max<qsizetype>(0, log.size() - added); i < log.size(); ++i)
        m_text->appendPlainText(lineText(log.at(i)));
    bar->setValue(m_follow->isChecked() ? bar->maximum() : before);
}

QString FlowLog::text() const
{
    return m_text->toPlainText();
}

void FlowLog::copy() const
{
    QGuiApplication::clipboard()->setText(text());
}

void FlowLog::save()
{
    FileQuestion question;
    question.title = tr("Save log");
    question.directory = u"flow.log"_s;
    m_context.dialogs().saveFile(this, question, [this](const QString &file) {
        if (file.isEmpty())
            return;
        QSaveFile out(file);
        const QByteArray content = text().toUtf8() + '\n';
        if (out.open(QIODevice::WriteOnly) && out.write(content) == content.size() && out.commit())
            m_context.notify(Tone::Good, tr("Saved to %1").arg(file));
        else
            m_context.notify(
                makeError(ErrorKind::Local, tr("The log could not be written to %1.").arg(file),
                    tr("Choose a folder that you may write to.")));
    });
}

} // namespace signalbox
