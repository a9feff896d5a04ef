// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/record_reader.h"

#include <QtCore/QElapsedTimer>
#include <QtTest/QTest>

#include <atomic>
#include <thread>
#include <unistd.h>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

//! A pipe whose writing end a thread fills; the reader takes the other.
class Input final {
public:
    Input()
    {
        if (::pipe(m_ends) != 0)
            qFatal("no pipe");
    }
    ~Input()
    {
        if (m_writer.joinable())
            m_writer.join();
        ::close(m_ends[0]);
    }
    Q_DISABLE_COPY_MOVE(Input)
    [[nodiscard]] int fd() const { return m_ends[0]; }
    //! Writes `pieces` one by one, then closes.
    void feed(std::vector<std::string> pieces)
    {
        m_writer = std::thread([this, pieces = std::move(pieces)] {
            for (const std::string &piece : pieces) {
                for (std::size_t at = 0; at < piece.size();) {
                    const ssize_t n = ::write(m_ends[1], piece.data() + at, piece.size() - at);
                    if (n <= 0)
                        break;
                    at += static_cast<std::size_t>(n);
                    m_written += static_cast<std::size_t>(n);
                }
            }
            ::close(m_ends[1]);
        });
    }
    [[nodiscard]] std::size_t written() const { return m_written; }

private:
    int m_ends[2] = {-1, -1};
    std::thread m_writer;
    std::atomic<std::size_t> m_written{0};
};

//! Everything up to the end as one chunk.
RecordChunk drain(RecordReader &reader, std::atomic<int> &woken)
{
    RecordChunk all;
    QElapsedTimer timer;
    timer.start();
    while (!all.ended && timer.elapsed() < 20'000) {
        auto chunk = reader.take();
        if (!chunk) {
            woken.wait(0);
            woken = 0;
            continue;
        }
        all.metrics << chunk->metrics;
        all.params << chunk->params;
        all.tags << chunk->tags;
        all.remarks << chunk->remarks;
        all.skipped += chunk->skipped;
        all.lastLine = std::max(all.lastLine, chunk->lastLine);
        all.ended = chunk->ended;
        all.trouble = chunk->trouble;
    }
    return all;
}

RecordChunk readAll(std::vector<std::string> pieces)
{
    Input input;
    std::atomic<int> woken{0};
    RecordReader reader(input.fd(), [&woken] {
        woken = 1;
        woken.notify_one();
    });
    input.feed(std::move(pieces));
    return drain(reader, woken);
}

std::string line(int step)
{
    return "{\"metric\":\"loss\",\"value\":0.25,\"step\":" + std::to_string(step) + "}";
}

} // namespace

class TestRecordReader final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void linesMayComeInAnyPieces()
    {
        const std::string text =
            "\xEF\xBB\xBF" + line(1) + "\r\n\n" + line(2) + "\n\r\n" + line(3); // no final newline
        std::vector<std::string> bytes;
        for (const char c : text)
            bytes.emplace_back(1, c);
        for (const auto &pieces : {std::vector<std::string>{text}, bytes}) {
            const RecordChunk all = readAll(pieces);
            QCOMPARE(all.skipped, 0);
            QCOMPARE(all.metrics.size(), 3);
            QCOMPARE(all.metrics.at(0).step, 1);
            QCOMPARE(all.metrics.at(2).step, 3);
            QCOMPARE(all.lastLine, 5);
            QVERIFY(all.trouble.isEmpty());
        }
    }

    void anEmptyInputEnds()
    {
        const RecordChunk all = readAll({});
        QVERIFY(all.ended);
        QCOMPARE(all.lastLine, 0);
        QVERIFY(all.trouble.isEmpty());
    }

    void badLinesKeepTheirNumbers()
    {
        const RecordChunk all =
            readAll({line(1) + "\nnonsense\n" + line(2) + "\n" + std::string(500, '\0') + "\n"});
        QCOMPARE(all.metrics.size(), 2);
        QCOMPARE(all.skipped, 2);
        QCOMPARE(all.remarks.at(0).line, 2);
        QCOMPARE(all.remarks.at(1).line, 4);
    }

    void aHugeLineIsRefusedInBoundedMemory()
    {
        std::vector<std::string> pieces{line(1) + "\n", "{\"param\":\"p\",\"value\":\""};
        for (int i = 0; i < 50; ++i)
            pieces.emplace_back(1024 * 1024, 'x');
        pieces.emplace_back("\"}\n" + line(2) + "\n");
        const RecordChunk all = readAll(pieces);
        QCOMPARE(all.metrics.size(), 2);
        QCOMPARE(all.metrics.at(1).step, 2);
        QCOMPARE(all.skipped, 1);
        QCOMPARE(all.remarks.first().line, 2);
        QVERIFY(all.remarks.first().text.contains(u"1 MiB"_s));
        QCOMPARE(all.lastLine, 3);

        // The same without an end.
        pieces.pop_back();
        const RecordChunk open = readAll(pieces);
        QCOMPARE(open.skipped, 1);
        QCOMPARE(open.lastLine, 2);
    }

    void whoeverDoesNotTakeSlowsTheProducerDown()
    {
        Input input;
        std::atomic<int> woken{0};
        RecordReader reader(input.fd(), [&woken] {
            woken = 1;
            woken.notify_one();
        });
        std::string block;
        for (int i = 0; i < 1000; ++i)
            block += line(i) + "\n";
        constexpr int kBlocks = 200;
        const std::size_t total = kBlocks * block.size();
        input.feed(std::vector<std::string>(kBlocks, block));
        // It stops by itself: written to the pipe is what is parsed and what one buffer holds.
        std::size_t before = 0;
        QTRY_VERIFY_WITH_TIMEOUT(
            [&] {
                const std::size_t now = input.written();
                return std::exchange(before, now) == now && now > 0;
            }(),
            5000);
        QVERIFY(input.written() < total / 2);
        const RecordChunk all = drain(reader, woken);
        QCOMPARE(all.metrics.size(), qsizetype(kBlocks) * 1000);
        for (qsizetype i = 0; i < all.metrics.size(); ++i)
            QCOMPARE(all.metrics.at(i).step, i % 1000);
    }

    void stopKeepsWhatIsThereAlready()
    {
        int ends[2];
        QCOMPARE(::pipe(ends), 0);
        std::atomic<int> woken{0};
        const std::string text = line(1) + "\n" + line(2) + "\n";
        QCOMPARE(::write(ends[1], text.data(), text.size()), qint64(text.size()));
        RecordReader reader(ends[0], [&woken] {
            woken = 1;
            woken.notify_one();
        });
        reader.stop(); // the writing end stays open: no end of the input ever comes
        const RecordChunk all = drain(reader, woken);
        QVERIFY(all.ended);
        QCOMPARE(all.metrics.size(), 2);
        ::close(ends[0]);
        ::close(ends[1]);
    }

    void aBrokenInputSaysWhy()
    {
        std::atomic<int> woken{0};
        RecordReader reader(-1, [&woken] {
            woken = 1;
            woken.notify_one();
        });
        // poll() ignores a closed descriptor, so only stop() ends this one.
        reader.stop();
        QVERIFY(drain(reader, woken).ended);
    }
};

QTEST_GUILESS_MAIN(TestRecordReader)
#include "test_record_reader.moc"
