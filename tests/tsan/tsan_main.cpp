// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of the core that use threads, built with ThreadSanitizer from their sources alone:
// under Qt's event loop it reports what is none. Ends with 0 when nothing was lost and nothing
// raced.
#include "core/json/json_reader.h"
#include "core/tracking/journal_worker.h"
#include "core/tracking/spool.h"

#include <QtCore/QTemporaryDir>

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

constexpr int kRuns = 5;
constexpr int kWrites = 400;
constexpr int kFiles = 20;

void require(bool condition, const char *what)
{
    if (condition)
        return;
    std::fprintf(stderr, "failed: %s\n", what);
    std::exit(1);
}

//! The owner of one worker, as the journal is: it submits, and is woken for what is done.
class Owner final {
public:
    Owner(const JournalFolder &folder, QString name)
        : m_folder(folder)
        , m_name(std::move(name))
    {
        auto store = std::make_unique<JournalStore>();
        require(store->open(folder, 1000).hasValue(), "the journal opens");
        m_worker = std::make_unique<JournalWorker>(std::move(store), [this] { wake(); });
    }
    Q_DISABLE_COPY_MOVE(Owner)
    ~Owner() = default;

    void work()
    {
        for (int run = 0; run < kRuns; ++run)
            submit(lane(run), {}, [id = lane(run)](JournalStore &store) {
                NewRun row;
                row.localId = id;
                row.startMs = 1000;
                return store.addRun(row).hasValue();
            });
        for (int i = 0; i < kWrites; ++i)
            submit(lane(i % kRuns), {}, [id = lane(i % kRuns)](JournalStore &store) {
                NewItem item;
                item.metrics = 1;
                return store.addItems(id, {item}, 2000).hasValue();
            });
        for (int i = 0; i < kFiles; ++i)
            submitFile(lane(i % kRuns), i);
        waitForAll();
        require(m_worker->queuedOps() == 0 && m_worker->queuedBytes() == 0, "nothing is queued");
    }

private:
    [[nodiscard]] QString lane(int run) const { return m_name % QString::number(run); }
    void submit(const QString &lane, std::function<Result<void>()> prepare,
        const std::function<bool(JournalStore &)> &apply)
    {
        JournalWorker::Op op;
        op.lane = lane;
        op.bytes = 100;
        op.prepare = std::move(prepare);
        op.apply = [apply](JournalStore &store) -> Result<void> {
            if (!apply(store))
                return Failure(ErrorKind::Local, u"refused"_s);
            return {};
        };
        op.done = [this](const Result<void> &result) {
            require(result.hasValue(), "every write is committed");
            ++m_finished;
        };
        ++m_submitted;
        m_worker->submit(std::move(op));
    }
    void submitFile(const QString &lane, int number)
    {
        const auto copy = std::make_shared<SpooledFile>();
        const auto prepare = [this, copy, number]() -> Result<void> {
            const auto made = spool::writeBytes(m_folder, QByteArray(10'000, 'x'), u"a.bin"_s);
            require(made.hasValue(), "the file is spooled");
            *copy = made.value();
            copy->path = QString::number(number);
            return {};
        };
        submit(lane, prepare, [lane, copy](JournalStore &store) {
            NewItem item;
            item.kind = ItemKind::File;
            item.files = {*copy};
            return store.addItems(lane, {item}, 3000).hasValue();
        });
    }
    void wake()
    {
        const std::lock_guard lock(m_mutex);
        m_woken = true;
        m_changed.notify_one();
    }
    void waitForAll()
    {
        while (m_finished < m_submitted) {
            {
                std::unique_lock lock(m_mutex);
                m_changed.wait(lock, [this] { return m_woken; });
                m_woken = false;
            }
            for (const JournalWorker::Done &done : m_worker->takeDone())
                done.run(done.result);
        }
    }

    JournalFolder m_folder;
    QString m_name;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_woken = false;
    int m_submitted = 0;
    int m_finished = 0;
    std::unique_ptr<JournalWorker> m_worker; // last: its threads use the rest
};

//! Two owners in their own threads share one journal.
void testJournal()
{
    const QTemporaryDir dir;
    const JournalFolder folder(dir.filePath(u"journal"_s));
    require(folder.prepare().hasValue(), "the folder is made");
    std::vector<std::thread> threads;
    for (const QString &name : {u"a"_s, u"b"_s}) {
        threads.emplace_back([&folder, name] {
            Owner owner(folder, name);
            owner.work();
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    JournalStore store;
    require(store.open(folder, 4000).hasValue(), "the journal opens again");
    const auto status = store.status();
    require(status.hasValue(), "the journal tells its state");
    require(status->pendingPoints == 2 * kWrites, "every point is there");
    require(status->pendingArtifacts == 2 * kFiles, "every file is there");
}

//! Answers are parsed in several threads at a time, from bytes that they share.
void testParser()
{
    const QByteArray text = R"({"runs": [)" + QByteArray(R"({"id": "a", "v": 1.5},)").repeated(500)
        + R"({"id": "a", "v": 1.5}]})";
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([text] {
            for (int round = 0; round < 20; ++round) {
                double sum = 0;
                const auto read = readJson(text, [&sum](const JsonView &root) {
                    root["runs"].forEach([&sum](const JsonView &run) {
                        require(run.string("id") == "a"_L1, "the text is right");
                        sum += run.number("v");
                    });
                });
                require(read.hasValue() && sum > 751.0 && sum < 752.0, "the sum is right");
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
}

} // namespace

int main()
{
    testJournal();
    testParser();
    std::puts("nothing lost, nothing raced");
    return 0;
}
