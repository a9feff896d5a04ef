// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/screenshot.h"

#include "ui/frame/main_window.h"
#include "ui/pages/connection_monitor.h"

#include <QtCore/QTimer>
#include <QtGui/QPixmap>

#include <cstdio>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

void complain(const QString &text)
{
    std::fputs(qPrintable(u"signalbox: "_s + text + u"\n"_s), stderr);
}

} // namespace

Screenshot::Screenshot(
    MainWindow &window, const ConnectionMonitor &monitor, const QString &file, QObject *parent)
    : QObject(parent)
    , m_window(window)
    , m_monitor(monitor)
    , m_file(file)
    , m_settle(new QTimer(this))
    , m_limit(new QTimer(this))
{
    // A page is steady when it stays ready this long: charts draw a moment after their data.
    m_settle->setInterval(400ms);
    m_settle->setSingleShot(true);
    m_limit->setInterval(30s);
    m_limit->setSingleShot(true);
    connect(m_settle, &QTimer::timeout, this, [this] { render(true); });
    connect(m_limit, &QTimer::timeout, this, [this] { render(false); });
}

void Screenshot::start()
{
    m_limit->start();
    if (Page *page = m_window.currentPage())
        connect(page, &Page::readyChanged, this, &Screenshot::check);
    connect(&m_monitor, &ConnectionMonitor::changed, this, &Screenshot::check);
    check();
}

void Screenshot::check()
{
    const Page *page = m_window.currentPage();
    if (!page || !page->isReady() || !m_monitor.isSettled())
        m_settle->stop();
    else if (!m_settle->isActive())
        m_settle->start();
}

void Screenshot::render(bool ready)
{
    if (m_done)
        return;
    m_done = true;
    if (!ready)
        complain(tr("The page was not ready after 30 s; the picture shows what there was."));
    const bool saved = m_window.grab().save(m_file);
    if (!saved)
        complain(tr("%1 could not be written. Choose a folder that exists and a name ending in "
                    ".png.")
                     .arg(m_file));
    Q_EMIT finished(ready && saved ? 0 : 1);
}

} // namespace signalbox
