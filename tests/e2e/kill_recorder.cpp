// SPDX-License-Identifier: GPL-3.0-or-later
// Logs points of one run until its stdin ends, and says how many are acknowledged: something to
// kill. Usage: kill_recorder SERVER_URL JOURNAL_FOLDER RUN_NAME
#include "core/tracking/connector.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QFileInfo>
#include <QtCore/QSocketNotifier>
#include <QtCore/QTimer>

#include <cstdio>
#include <unistd.h>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

struct Recorder {
    RunSession run;
    QObject context;
    int acknowledged = 0;
    bool ending = false;

    void next()
    {
        if (ending) {
            run.finish().then(&context,
                [](const Result<Ack> &result) { QCoreApplication::exit(result ? 0 : 1); });
            return;
        }
        QList<mlflow::Metric> metrics;
        for (int i = 0; i < 10; ++i)
            metrics.append({u"loss"_s, 0.5, 1000, acknowledged + i, {}, {}, {}});
        run.logMetrics(metrics).then(&context, [this](const Result<Ack> &result) {
            if (!result) {
                std::fprintf(stderr, "%s\n", qPrintable(result.error().text()));
                QCoreApplication::exit(1);
                return;
            }
            acknowledged += 10;
            std::printf("%d\n", acknowledged);
            std::fflush(stdout);
            QTimer::singleShot(10, &context, [this] { next(); });
        });
    }
};

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const QStringList arguments = app.arguments();
    RestConfig config;
    config.baseUrl = QUrl(arguments.value(1));
    mlflow::Server server(config);
    // The journal of the workspace, whose folder is named after it.
    const QString journal = arguments.value(2);
    const auto connector = Connector::open(server, journal, {QFileInfo(journal).fileName(), {}});
    if (!connector) {
        std::fprintf(stderr, "%s\n", qPrintable(connector.error().text()));
        return 1;
    }
    RunSpec spec;
    spec.experiment = u"kills"_s;
    spec.name = arguments.value(3);
    Recorder recorder{connector.value()->startRun(spec), QObject(), 0, false};
    QSocketNotifier input(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, &recorder.context, [&recorder, &input] {
        input.setEnabled(false);
        recorder.ending = true;
    });
    recorder.next();
    return QCoreApplication::exec();
}
