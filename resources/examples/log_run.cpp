// SPDX-License-Identifier: Apache-2.0
// The run pattern of the library: everything is logged on a live run, and the run ends by itself.
#include "core/http/rest_client.h"
#include "core/mlflow/server.h"
#include "core/tracking/connector.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QTextStream>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

// [run]
void logRun(Connector &connector)
{
    RunSession run = connector.startRun({u"example"_s, u"first run"_s});
    run.logParams({{u"learning_rate"_s, u"0.1"_s}});
    for (qint64 step = 0; step < 10; ++step)
        run.logMetrics({{u"loss"_s, 1.0 / static_cast<double>(step + 1), 0, step}});
    run.logText(u"ten steps of nothing"_s, u"notes/readme.txt"_s);
} // leaving the scope ends the run FINISHED, or FAILED while an exception unwinds
// [run]

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QTextStream err(stderr);
    if (argc != 3) {
        err << "usage: log_run SERVER_URL JOURNAL_FOLDER\n";
        return 2;
    }
    RestConfig config;
    config.baseUrl = QUrl(QString::fromLocal8Bit(argv[1]));
    mlflow::Server server(config);
    const JournalIdentity identity{u"example"_s, u"Example"_s};
    auto connector = Connector::open(server, QString::fromLocal8Bit(argv[2]), identity);
    if (!connector) {
        err << connector.error().text() << '\n';
        return 1;
    }
    Connector &door = *connector.value();
    logRun(door);
    door.flush(std::chrono::seconds(10)).then(&door, [](const Result<JournalStatus> &left) {
        QCoreApplication::exit(left && left.value().isEmpty() ? 0 : 3);
    });
    return QCoreApplication::exec();
}
