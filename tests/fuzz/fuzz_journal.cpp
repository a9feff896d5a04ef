// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the journal's file, and as one of its records: opened or refused with a reason, and
// readable to the end when opened.
#include "core/tracking/item_codec.h"
#include "core/tracking/journal_store.h"
#include "tests/fuzz/fuzz_target.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

using namespace signalbox;

namespace {

void decodeRecord(const QByteArray &bytes)
{
    (void)codec::decodeRun(bytes);
    if (const auto entries = codec::decodeEntries(bytes))
        (void)codec::batchItems(*entries);
    (void)codec::decodeInputs(bytes);
    (void)codec::decodeModel(bytes);
    (void)codec::decodeFinish(bytes);
    (void)codec::decodeProgress(bytes);
}

void readEverything(JournalStore &store)
{
    (void)store.status();
    (void)store.openOwners();
    (void)store.unsettledRuns();
    const auto runs = store.runsToReplay(100);
    if (!runs)
        return;
    for (const RunRow &run : *runs) {
        decodeRecord(run.spec);
        if (!store.begin(false))
            return;
        const auto chunk = store.nextChunk(run.id);
        if (chunk) {
            for (const ItemRow &item : chunk->items)
                decodeRecord(item.payload);
        }
        store.rollback();
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const QTemporaryDir dir(QStringLiteral("/dev/shm/signalbox-fuzz-XXXXXX"));
    const QByteArray bytes = test::fuzzInput(data, size);
    decodeRecord(bytes);
    const JournalFolder folder(dir.filePath(QStringLiteral("journal")));
    test::fuzzRequire(folder.prepare().hasValue());
    for (const char *end : {"-wal", "-shm"})
        QFile::remove(folder.database() + QString::fromLatin1(end));
    QFile file(folder.database());
    test::fuzzRequire(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    test::fuzzRequire(file.write(bytes) == bytes.size());
    file.close();
    // What earlier bytes left: a repair keeps the damaged file aside.
    const QDir root(folder.path());
    for (const QString &kept : root.entryList({QStringLiteral("damaged-*")}, QDir::Dirs))
        QDir(root.filePath(kept)).removeRecursively();
    QFile::remove(root.filePath(QStringLiteral("repair")));
    JournalStore store;
    const auto opened = store.open(folder, 1'767'225'600'000);
    if (opened)
        readEverything(store);
    else
        test::fuzzRequire(!opened.error().message.isEmpty());
    return 0;
}
