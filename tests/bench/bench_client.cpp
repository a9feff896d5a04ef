// SPDX-License-Identifier: GPL-3.0-or-later
// The figures that need no MLflow server: bench_client caller|parse|breaker
// and two that do: bench_client gets PORT RUN_ID, bench_client artifact up|down URL ARTIFACT_URI
// FILE
#include "core/mlflow/entity_json.h"
#include "core/tracking/connector.h"
#include "tests/bench/bench_parts.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QTemporaryDir>

#include <arpa/inet.h>
#include <cstdio>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox::bench {

namespace {

constexpr double kStallReach = 16.0;

QJsonObject row(const QString &what, double measured, double floor, double reach, bool atMost)
{
    const double ratio = floor > 0.0 ? measured / floor : measured;
    return {{u"what"_s, what}, {u"measured"_s, measured}, {u"floor"_s, floor}, {u"ratio"_s, ratio},
        {u"reach"_s, reach}, {u"at_most"_s, atMost},
        {u"pass"_s, atMost ? ratio <= reach : ratio >= reach}};
}

QJsonObject stall(const QString &during, double ms)
{
    return row(u"longest event during "_s % during % u", CPU ms"_s, ms, 0.0, kStallReach, true);
}

const char *kRunReply = R"({"run":{"info":{"run_id":"0123456789abcdef0123456789abcdef",)"
                        R"("experiment_id":"1","status":"RUNNING","start_time":1700000000000,)"
                        R"("artifact_uri":"mlflow-artifacts:/1/0/artifacts","lifecycle_stage":)"
                        R"("active"},"data":{"metrics":[{"key":"m","value":0.5,"timestamp":1,)"
                        R"("step":1}],"params":[],"tags":[]}},"experiment_id":"1",)"
                        R"("experiment":{"experiment_id":"1","name":"bench",)"
                        R"("lifecycle_stage":"active"},"run_info":{"run_id":"0123456789abcdef)"
                        R"(0123456789abcdef","status":"FINISHED"}})";

struct CallerResult {
    double p99Us = 0.0; // a metric, commit included
    double worstCallMs = 0.0;
    double cpuUs = 0.0; // a metric, all threads, median
};

//! Batches of 100 single log calls, each batch until its last acknowledgement.
CallerResult logBatches(mlflow::Server &server, int batches)
{
    const QTemporaryDir folder;
    auto opened = Connector::open(server, folder.filePath(u"journal"_s), {u"bench"_s, u"Bench"_s});
    if (!opened)
        qFatal("%s", qPrintable(opened.error().text()));
    RunSession run = opened.value()->startRun({u"bench"_s, u"bench"_s});
    std::vector<double> perMetric;
    std::vector<double> cpu;
    std::vector<double> calls;
    qint64 step = 0;
    for (int batch = 0; batch < batches; ++batch) {
        int acknowledged = 0;
        const double cpuBefore = processCpuMs();
        const auto start = Clock::now();
        for (int i = 0; i < 100; ++i) {
            const auto before = Clock::now();
            run.logMetrics({{u"loss"_s, 0.5, 0, ++step}})
                .then(&server, [&acknowledged](const Result<Ack> &ack) {
                    if (!ack)
                        qFatal("%s", qPrintable(ack.error().text()));
                    ++acknowledged;
                });
            calls.push_back(millisecondsSince(before));
        }
        spinUntil([&acknowledged] { return acknowledged == 100; });
        perMetric.push_back(millisecondsSince(start) * 10.0); // ms / 100 metrics, in us
        cpu.push_back((processCpuMs() - cpuBefore) * 10.0);
    }
    return {percentile(perMetric, 0.99), percentile(calls, 1.0), percentile(cpu, 0.5)};
}

std::string rawGet(int fd, const std::string &request)
{
    ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    std::string reply;
    char block[65536];
    for (;;) {
        const ssize_t got = ::recv(fd, block, sizeof(block), 0);
        if (got <= 0)
            return reply;
        reply.append(block, static_cast<std::size_t>(got));
        const std::size_t head = reply.find("\r\n\r\n");
        const std::size_t at = reply.find("content-length:"); // as uvicorn writes it
        if (head != std::string::npos && at != std::string::npos
            && reply.size() >= head + 4 + std::stoul(reply.substr(at + 15)))
            return reply;
    }
}

int connectTo(int port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    address.sin_port = ::htons(static_cast<quint16>(port));
    if (::connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof(address)) != 0)
        qFatal("cannot connect");
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

//! A page as the server prints it: indented, 1000 runs, about 3.5 MB.
QByteArray page()
{
    QJsonArray runs;
    for (int r = 0; r < 1000; ++r) {
        const qint64 time = 1'700'000'000'000 + r;
        QJsonArray metrics;
        QJsonArray params;
        QJsonArray tags;
        for (int i = 0; i < 10; ++i) {
            metrics.append(QJsonObject{{u"key"_s, u"metric_%1"_s.arg(i)}, {u"value"_s, 0.1 * r + i},
                {u"timestamp"_s, time}, {u"step"_s, i}});
            params.append(QJsonObject{
                {u"key"_s, u"param_%1"_s.arg(i)}, {u"value"_s, u"value %1"_s.arg(r * i)}});
        }
        for (int i = 0; i < 5; ++i)
            tags.append(QJsonObject{
                {u"key"_s, u"mlflow.tag%1"_s.arg(i)}, {u"value"_s, u"text %1"_s.arg(r)}});
        const QString id = u"%1"_s.arg(r, 32, 16, QChar(u'0'));
        runs.append(QJsonObject{
            {u"info"_s,
                QJsonObject{{u"run_id"_s, id}, {u"run_uuid"_s, id}, {u"run_name"_s, u"run"_s},
                    {u"experiment_id"_s, u"1"_s}, {u"status"_s, u"FINISHED"_s},
                    {u"start_time"_s, time}, {u"end_time"_s, time + 1},
                    {u"artifact_uri"_s, QString(u"mlflow-artifacts:/1/"_s % id % u"/artifacts"_s)},
                    {u"lifecycle_stage"_s, u"active"_s}, {u"user_id"_s, u"somebody"_s}}},
            {u"data"_s,
                QJsonObject{{u"metrics"_s, metrics}, {u"params"_s, params}, {u"tags"_s, tags}}},
            {u"inputs"_s, QJsonObject{}}});
    }
    QByteArray text = QJsonDocument(QJsonObject{{u"runs"_s, runs}}).toJson();
    return text.replace("    ", "  "); // MLflow indents by two
}

} // namespace

QList<QJsonObject> callerCost(MeasuringApplication &app)
{
    constexpr int kBatches = 200;
    const ConstantServer quick(kRunReply);
    const ConstantServer slow(kRunReply, {300ms, false});
    const ConstantServer hanging(kRunReply, {0ms, true});
    struct Case {
        QString name;
        int port;
    };
    const QList<Case> cases{{u"up"_s, quick.port()}, {u"slow"_s, slow.port()},
        {u"dead"_s, unusedPort()}, {u"hanging"_s, hanging.port()}};
    QList<QJsonObject> rows;
    double best = 0.0;
    double worst = 0.0;
    for (const Case &one : cases) {
        const auto server = serverAt(one.port);
        const CallerResult result = logBatches(*server, kBatches);
        QJsonObject cost = row(u"caller's cost of a metric, p99, us, server "_s % one.name,
            result.p99Us, 0.0, 200.0, true);
        cost.insert(u"cpu_us"_s, result.cpuUs);
        rows << cost;
        rows << row(u"longest single log call, ms, server "_s % one.name, result.worstCallMs, 0.0,
            1.0, true);
        best = best == 0.0 ? result.p99Us : std::min(best, result.p99Us);
        worst = std::max(worst, result.p99Us);
    }
    rows << row(u"the same, worst server over best"_s, worst, best, 2.0, true);
    rows << stall(u"logging"_s, app.takeLongestEvent());
    return rows;
}

QList<QJsonObject> smallGets(MeasuringApplication &app, int port, const QString &runId)
{
    constexpr int kRounds = 10;
    constexpr int kGets = 100;
    const auto client = serverAt(port);
    const std::string request = "GET /api/2.0/mlflow/runs/get?run_id=" + runId.toStdString()
        + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port)
        + "\r\nAccept: application/json\r\n\r\n";
    const RunId id(runId);
    double raw = 0.0;
    double whole = 0.0;
    double rawCpu = 0.0;
    double wholeCpu = 0.0;
    for (int round = 0; round < kRounds + 1; ++round) {
        const int fd = connectTo(port); // anew: servers close what was idle for 5 s
        const auto rawStart = Clock::now();
        const double rawCpuStart = threadCpuMs();
        for (int i = 0; i < kGets; ++i) {
            if (!rawGet(fd, request).starts_with("HTTP/1.1 200"))
                qFatal("the server does not know the run");
        }
        const double rawTook = millisecondsSince(rawStart);
        const double rawCpuTook = threadCpuMs() - rawCpuStart;
        ::close(fd);
        int left = kGets;
        const auto start = Clock::now();
        const double cpuStart = threadCpuMs();
        std::function<void()> next = [&] {
            client->runs.get(id).then(client.get(), [&](const Result<mlflow::Run> &run) {
                if (!run)
                    qFatal("%s", qPrintable(run.error().text()));
                if (--left > 0)
                    next();
            });
        };
        next();
        spinUntil([&left] { return left == 0; });
        if (round == 0)
            continue; // warm
        raw += rawTook;
        rawCpu += rawCpuTook;
        whole += millisecondsSince(start);
        wholeCpu += threadCpuMs() - cpuStart;
    }
    QJsonObject figure =
        row(u"1000 small GETs of a real server one after another, ms, over raw sockets"_s, whole,
            raw, 1.3, true);
    figure.insert(u"cpu_ms"_s, wholeCpu);
    figure.insert(u"raw_cpu_ms"_s, rawCpu);
    return {figure, stall(u"the GETs"_s, app.takeLongestEvent())};
}

QList<QJsonObject> pageParse(MeasuringApplication &app)
{
    const QByteArray text = page();
    std::vector<double> took;
    for (int i = 0; i < 20; ++i) {
        const double before = threadCpuMs();
        mlflow::Page<mlflow::Run> parsed;
        const auto read = readJson(text, [&parsed](const JsonView &root) {
            parsed = mlflow::decodePage<mlflow::Run>(root, "runs", mlflow::decodeRun);
        });
        if (!read || parsed.items.size() != 1000)
            qFatal("the page does not parse");
        took.push_back(threadCpuMs() - before);
    }
    // The same through the client: what is left for the event loop must be small.
    const ConstantServer server(text.toStdString());
    const auto client = serverAt(server.port());
    (void)app.takeLongestEvent();
    for (int i = 0; i < 5; ++i) {
        bool done = false;
        mlflow::RunQuery query;
        query.experimentIds = {ExperimentId(u"1"_s)};
        client->runs.search(query).then(client.get(), [&](const auto &result) {
            if (!result)
                qFatal("%s", qPrintable(result.error().text()));
            done = true;
        });
        spinUntil([&done] { return done; });
    }
    const QJsonObject figure = row(u"parse of a 1000-run page, CPU ms (%1 MB)"_s.arg(
                                       static_cast<double>(text.size()) / 1e6, 0, 'f', 1),
        percentile(took, 0.5), 0.0, 15.0, true);
    return {figure, stall(u"fetching pages"_s, app.takeLongestEvent())};
}

QList<QJsonObject> openBreaker(MeasuringApplication &app)
{
    constexpr int kCalls = 5000;
    const ConstantServer server(kRunReply);
    const auto client = serverAt(server.port());
    client->breaker().isolate(u"bench"_s);
    const RunId id(u"0123456789abcdef0123456789abcdef"_s);
    std::vector<double> rounds;
    for (int round = 0; round < 10; ++round) {
        int rejected = 0;
        const auto wall = Clock::now();
        for (int i = 0; i < kCalls / 10; ++i) {
            client->runs.get(id).then(client.get(), [&](const Result<mlflow::Run> &run) {
                if (run)
                    qFatal("not rejected");
                ++rejected;
            });
        }
        spinUntil([&] { return rejected == kCalls / 10; });
        rounds.push_back(millisecondsSince(wall) * 1000.0 / (kCalls / 10.0));
    }
    const auto start = Clock::now();
    for (int i = 0; i < kCalls; ++i) {
        if (client->breaker().tryAcquire())
            qFatal("not rejected");
    }
    const double acquire = millisecondsSince(start) * 1000.0 / kCalls;
    const QJsonObject sockets = row(u"sockets touched by rejected calls"_s,
        static_cast<double>(server.connections()), 0.0, 0.0, true);
    return {row(u"rejection by an open breaker, whole call, us"_s, percentile(rounds, 0.5), 0.0,
                20.0, true),
        row(u"rejection by an open breaker, the permit alone, us"_s, acquire, 0.0, 20.0, true),
        sockets, stall(u"rejections"_s, app.takeLongestEvent())};
}

QList<QJsonObject> artifact(MeasuringApplication &app, const QStringList &arguments)
{
    const bool up = arguments.value(0) == "up"_L1;
    RestConfig config;
    config.baseUrl = QUrl(arguments.value(1));
    mlflow::Server server(config);
    const QString uri = arguments.value(2);
    const QString file = arguments.value(3);
    bool connected = false;
    server.connectToServer().then(&server, [&](const auto &) { connected = true; });
    spinUntil([&] { return connected; });
    const double before = residentMb("VmRSS");
    const auto start = Clock::now();
    bool done = false;
    const auto end = [&done](const Result<void> &result) {
        if (!result)
            qFatal("%s", qPrintable(result.error().text()));
        done = true;
    };
    if (up)
        server.artifacts.upload(uri, u"big.bin"_s, file).then(&server, end);
    else
        server.artifacts.download(uri, u"big.bin"_s, file).then(&server, end);
    spinUntil([&done] { return done; });
    return {{{u"seconds"_s, millisecondsSince(start) / 1000.0},
        {u"growth_mb"_s, residentMb("VmHWM") - before},
        {u"longest_event_ms"_s, app.takeLongestEvent()}}};
}

} // namespace signalbox::bench

int main(int argc, char **argv)
{
    using namespace signalbox::bench;
    MeasuringApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const QString what = arguments.value(1);
    QList<QJsonObject> rows;
    if (what == "caller"_L1)
        rows = callerCost(app);
    else if (what == "gets"_L1 && arguments.size() == 4)
        rows = smallGets(app, arguments.at(2).toInt(), arguments.at(3));
    else if (what == "parse"_L1)
        rows = pageParse(app);
    else if (what == "breaker"_L1)
        rows = openBreaker(app);
    else if (what == "artifact"_L1 && arguments.size() == 6)
        rows = artifact(app, arguments.mid(2));
    else
        return 2;
    for (const QJsonObject &one : rows)
        std::puts(QJsonDocument(one).toJson(QJsonDocument::Compact).constData());
    return 0;
}
