// SPDX-License-Identifier: GPL-3.0-or-later
// The real window, with every event of its main thread measured. Takes the options of `signalbox`
// and words on stdin, and answers each with the longest event since the last, as JSON:
//   show PAGE    goes to that page
//   tell NAME    nothing but the answer
#include "app/desktop/desktop_app.h"
#include "core/base/logging.h"
#include "tests/bench/bench_parts.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QSocketNotifier>
#include <QtWidgets/QApplication>

#include <cstdio>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox::bench {

namespace {

using MeasuringWindow = Measuring<QApplication>;

MainWindow *window()
{
    for (QWidget *widget : QApplication::topLevelWidgets()) {
        if (auto *found = qobject_cast<MainWindow *>(widget))
            return found;
    }
    qFatal("there is no window");
}

void obey(MeasuringWindow &app, const QStringList &words)
{
    const QJsonObject answer{{u"word"_s, words.join(u' ')},
        {u"longest_event_ms"_s, app.takeLongestEvent()}, {u"in"_s, app.longestReceiver()}};
    std::puts(QJsonDocument(answer).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
    if (words.value(0) == "show"_L1)
        window()->showPage(words.value(1));
}

} // namespace

} // namespace signalbox::bench

int main(int argc, char **argv)
{
    using namespace signalbox;
    const Clock::TimePoint started = systemClock().now();
    const ParsedOptions parsed = parseOptions(argc, argv);
    if (parsed.exitCode)
        return *parsed.exitCode;
    installLogging();
    bench::MeasuringWindow app(argc, argv);
    DesktopApp desktop(parsed.options, started);
    QSocketNotifier words(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&words, &QSocketNotifier::activated, &app, [&app] {
        char line[256];
        const ssize_t got = ::read(STDIN_FILENO, line, sizeof(line));
        if (got <= 0)
            QApplication::quit();
        else
            bench::obey(app, QString::fromUtf8(line, got).simplified().split(u' '));
    });
    desktop.start();
    return QApplication::exec();
}
