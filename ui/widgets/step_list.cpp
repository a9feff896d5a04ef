// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/step_list.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtWidgets/QGridLayout>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kIconSize = 16;
constexpr int kTitleWidth = 92;

QString titleOf(const QString &step)
{
    if (step == u"secrets")
        return StepList::tr("Keychain");
    if (step == u"connect")
        return StepList::tr("Connect");
    if (step == u"tls")
        return StepList::tr("Encryption");
    if (step == u"http")
        return StepList::tr("HTTP");
    if (step == u"mlflow")
        return StepList::tr("MLflow");
    if (step == u"login")
        return StepList::tr("Login");
    if (step == u"workspace")
        return StepList::tr("Workspace");
    return step;
}

QString iconOf(StepVerdict state)
{
    switch (state) {
    case StepVerdict::Passed:
        return u"check"_s;
    case StepVerdict::Warning:
        return u"warning"_s;
    case StepVerdict::Failed:
        return u"cross"_s;
    case StepVerdict::Skipped:
        return u"circle"_s;
    }
    return u"circle"_s;
}

Tint tintFor(StepVerdict state)
{
    switch (state) {
    case StepVerdict::Passed:
        return Tint::Good;
    case StepVerdict::Warning:
        return Tint::Warning;
    case StepVerdict::Failed:
        return Tint::Bad;
    case StepVerdict::Skipped:
        return Tint::Muted;
    }
    return Tint::Muted;
}

} // namespace

StepList::StepList(QWidget *parent)
    : QWidget(parent)
    , m_lines(new QVBoxLayout(this))
{
    setObjectName(u"stepListWidget"_s);
    setAccessibleName(tr("Result of the test"));
    m_lines->setContentsMargins(0, 0, 0, 0);
    m_lines->setSpacing(kGrid / 2);
    hide();
}

void StepList::empty()
{
    while (QLayoutItem *item = m_lines->takeAt(0)) {
        if (QWidget *line = item->widget())
            line->deleteLater();
        delete item;
    }
    m_running = nullptr;
    m_text.clear();
}

void StepList::follow(ConnectionTest *test)
{
    m_call.cancel();
    m_test.reset(test);
    empty();
    show();
    connect(test, &ConnectionTest::stepStarted, this,
        [this](const QString &name) { setRunning(titleOf(name)); });
    connect(test, &ConnectionTest::stepDone, this, &StepList::add);
    m_call = test->run();
    m_call.call().then(this, [this](const Result<ConnectionReport> &report) {
        setRunning({});
        if (report && !report->error)
            addLine(u"check"_s, static_cast<int>(Tint::Good), tr("Works"),
                tr("This connection can be used."), {});
        Q_EMIT finished();
    });
}

void StepList::stop()
{
    if (!isRunning())
        return;
    m_call.cancel();
    addLine(u"circle"_s, static_cast<int>(Tint::Muted), tr("Stopped"),
        tr("The test was cancelled."), {});
}

void StepList::clear()
{
    m_call.cancel();
    m_test.reset();
    empty();
    hide();
}

QString StepList::text() const
{
    return m_text.join(u'\n');
}

void StepList::setRunning(const QString &what)
{
    delete std::exchange(m_running, nullptr);
    if (what.isEmpty())
        return;
    auto *label = new PlainLabel(tr("%1…").arg(what), this);
    label->setLevel(u"muted"_s);
    label->setContentsMargins(kIconSize + kGrid, 0, 0, 0);
    m_running = label;
    m_lines->addWidget(label);
}

void StepList::add(const ConnectionStep &step)
{
    setRunning({});
    addLine(iconOf(step.state), static_cast<int>(tintFor(step.state)), titleOf(step.name),
        step.detail, step.state == StepVerdict::Passed ? QString() : step.fix);
}

void StepList::addLine(
    const QString &icon, int tint, const QString &title, const QString &detail, const QString &fix)
{
    auto *line = new QWidget(this);
    auto *grid = new QGridLayout(line);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kGrid);
    grid->setVerticalSpacing(2);
    auto *picture = new QLabel(line);
    picture->setPixmap(themeIcon(icon, static_cast<Tint>(tint)).pixmap(kIconSize));
    picture->setFixedWidth(kIconSize);
    auto *name = new PlainLabel(title, line);
    name->setLevel(u"strong"_s);
    name->setFixedWidth(kTitleWidth);
    auto *words = new PlainLabel(detail, line);
    words->setWordWrap(true);
    grid->addWidget(picture, 0, 0, Qt::AlignTop);
    grid->addWidget(name, 0, 1, Qt::AlignTop);
    grid->addWidget(words, 0, 2);
    if (!fix.isEmpty()) {
        auto *remedy = new PlainLabel(fix, line);
        remedy->setLevel(u"muted"_s);
        remedy->setWordWrap(true);
        grid->addWidget(remedy, 1, 2);
    }
    grid->setColumnStretch(2, 1);
    line->setAccessibleName(title % u": "_s % detail % u' ' % fix);
    m_lines->addWidget(line);
    m_text << title % u": "_s % detail % u' ' % fix;
    Q_EMIT grown();
}

} // namespace signalbox
