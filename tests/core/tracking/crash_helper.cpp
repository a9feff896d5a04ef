// SPDX-License-Identifier: GPL-3.0-or-later
// Logs to the journal in argv[1], with no server, and says how many points are acknowledged. Goes
// on to some thousand points and then waits, run still open, for somebody to kill it. With "hang"
// as argv[2] its server takes every request and never answers, so that it keeps the replay lease.
#include "tests/core/tracking/fake_mlflow.h"

#include "core/tracking/connector.h"

#include <QtCore/QCoreApplication>

#include <cstdio>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

constexpr int kMost = 2000;

struct Recorder {
    RunSession run;
    QObject context;
    int acknowledged = 0;

    void next()
    {
        QList<mlflow::Metric> metrics;
        for (int i = 0; i < 10; ++i)
            metrics.append({u"loss"_s, 0.5, 1000, acknowledged + i, {}, {}, {}});
        const auto ack = run.logMetrics(metrics);
        ack.then(&context, [this](const Result<Ack> &result) {
            if (!result)
                std::abort();
            acknowledged += 10;
            std::printf("%d\n", acknowledged);
            std::fflush(stdout);
            if (acknowledged < kMost)
                next();
        });
    }
};

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    auto transport = std::make_unique<test::FakeTransport>();
    test::FakeMlflow mlflow(*transport);
    mlflow.down = true;
    if (app.arguments().value(2) == "hang"_L1)
        transport->answerWith([](const test::FakeRequest &) { return test::FakeReply::hanging(); });
    RestConfig config;
    config.baseUrl = QUrl(u"http://server.test:5000"_s);
    mlflow::Server server(config, std::move(transport));
    const auto connector = Connector::open(server, app.arguments().value(1), {u"test"_s, {}});
    if (!connector)
        return 1;
    RunSpec spec;
    spec.experiment = u"experiment"_s;
    spec.name = u"recorder"_s;
    Recorder recorder{connector.value()->startRun(spec), QObject(), 0};
    recorder.next();
    return QCoreApplication::exec();
}
