// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/record_line.h"

#include <QtTest/QTest>

#include <cmath>
#include <string>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kNow = 1'700'000'000'123;

RecordChunk parsed(const std::string &line)
{
    RecordParser parser;
    RecordChunk chunk;
    std::string padded = line;
    padded.resize(line.size() + RecordParser::kPadding, '}'); // what follows must not matter
    parser.parse(std::string_view(padded).substr(0, line.size()), 1, kNow, chunk);
    return chunk;
}

QString reasonFor(const std::string &line)
{
    const RecordChunk chunk = parsed(line);
    const bool empty = chunk.metrics.isEmpty() && chunk.params.isEmpty() && chunk.tags.isEmpty()
        && chunk.artifacts.isEmpty();
    if (chunk.skipped != 1 || !empty || chunk.remarks.size() != 1)
        return u"not refused: "_s % QString::fromStdString(line);
    return chunk.remarks.first().text;
}

} // namespace

class TestRecordLine final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void metricsComeWithTheirDefaults()
    {
        const RecordChunk whole =
            parsed("{\"metric\":\"loss\",\"value\":0.1,\"step\":7,\"timestamp\":1600000000000}");
        QCOMPARE(whole.metrics.size(), 1);
        QCOMPARE(whole.metrics.first().key, u"loss"_s);
        QCOMPARE(whole.metrics.first().value, 0.1);
        QCOMPARE(whole.metrics.first().step, 7);
        QCOMPARE(whole.metrics.first().timestamp, 1600000000000);

        const RecordChunk bare = parsed(" { \"value\" : -3 , \"metric\" : \"a b/c\" } ");
        QCOMPARE(bare.metrics.size(), 1);
        QCOMPARE(bare.metrics.first().value, -3.0);
        QCOMPARE(bare.metrics.first().step, 0);
        QCOMPARE(bare.metrics.first().timestamp, kNow);
        QCOMPARE(bare.skipped, 0);

        QCOMPARE(parsed("{\"metric\":\"m\",\"value\":1,\"step\":null}").metrics.size(), 1);
        QCOMPARE(parsed("{\"metric\":\"m\",\"value\":1,\"step\":5.0}").metrics.first().step, 5);
        QCOMPARE(parsed("{\"metric\":\"m\",\"value\":1,\"step\":-9223372036854775808}")
                     .metrics.first()
                     .step,
            std::numeric_limits<qint64>::min());
    }

    void undefinedNumbersAreText()
    {
        QVERIFY(std::isnan(parsed("{\"metric\":\"m\",\"value\":\"NaN\"}").metrics.first().value));
        QCOMPARE(parsed("{\"metric\":\"m\",\"value\":\"Infinity\"}").metrics.first().value,
            std::numeric_limits<double>::infinity());
        QCOMPARE(parsed("{\"metric\":\"m\",\"value\":\"-Infinity\"}").metrics.first().value,
            -std::numeric_limits<double>::infinity());
        QVERIFY(reasonFor("{\"metric\":\"m\",\"value\":\"fast\"}").contains(u"NaN"_s));
        QVERIFY(reasonFor("{\"metric\":\"m\",\"value\":NaN}").contains(u"value"_s));
        QVERIFY(reasonFor("{\"metric\":\"m\",\"value\":1e999}").contains(u"number"_s));
    }

    void paramsAndTagsKeepWhatWasWritten()
    {
        QCOMPARE(parsed("{\"param\":\"lr\",\"value\":0.10}").params.first().value, u"0.10"_s);
        QCOMPARE(parsed("{\"param\":\"lr\",\"value\":1e-3 }").params.first().value, u"1e-3"_s);
        QCOMPARE(parsed("{\"param\":\"deep\",\"value\":true}").params.first().value, u"true"_s);
        QCOMPARE(parsed("{\"param\":\"layers\",\"value\":[64, 32]}").params.first().value,
            u"[64, 32]"_s);
        QCOMPARE(parsed("{\"param\":\"empty\",\"value\":\"\"}").params.first().value, QString());
        const RecordChunk tag =
            parsed("{\"tag\":\"owner\",\"value\":\"J\\u00fcrgen \\\"J\\\" λ\\n\"}");
        QCOMPARE(tag.tags.first().value, QString::fromUtf8("Jürgen \"J\" λ\n"));
        const RecordChunk file = parsed("{\"artifact\":\"a/b.png\",\"to\":\"plots/\"}");
        QCOMPARE(file.artifacts.first().path, u"a/b.png"_s);
        QCOMPARE(file.artifacts.first().to, u"plots/"_s);
    }

    void badLinesSayWhy_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("needle");
        const auto row = [](const char *line, const QString &needle) {
            QTest::newRow(line) << QByteArray(line) << needle;
        };
        row("loss 0.5", u"JSON"_s);
        row("[1,2]", u"JSON"_s);
        row("5", u"JSON"_s);
        row("{", u"JSON"_s);
        row("}", u"JSON"_s);
        row("{\"metric\":\"m\",\"value\":1", u"JSON"_s);
        row("{\"metric\":\"m\",\"value\":1} {}", u"follows"_s);
        row("{\"metric\":\"m\",\"value\":1}x", u"JSON"_s);
        row("{}", u"names no"_s);
        row("{\"value\":1,\"step\":2}", u"names no"_s);
        row("{\"metric\":\"m\"}", u"no value"_s);
        row("{\"metric\":\"m\",\"value\":null}", u"no value"_s);
        row("{\"param\":\"p\"}", u"no value"_s);
        row("{\"metric\":\"m\",\"param\":\"p\",\"value\":1}", u"two things"_s);
        row("{\"metric\":7,\"value\":1}", u"name"_s);
        row("{\"metric\":\"m\",\"value\":true}", u"number"_s);
        row("{\"metric\":\"m\",\"value\":1,\"step\":1.5}", u"step"_s);
        row("{\"metric\":\"m\",\"value\":1,\"step\":\"1\"}", u"step"_s);
        row("{\"metric\":\"m\",\"value\":1,\"timestamp\":1700000000.25}", u"milliseconds"_s);
        row("{\"metric\":\"m\",\"value\":1,\"timestamp\":-1}", u"1970"_s);
        row("{\"metric\":\"\",\"value\":1}", u"empty"_s);
        row("{\"metric\":\"a\\u0007\",\"value\":1}", u"character"_s);
        row("{\"metric\":\"../x\",\"value\":1}", u"path"_s);
        row("{\"metric\":\"\xff\",\"value\":1}", u"JSON"_s);
        row("{\"tag\":\"t\",\"value\":\"\\ud800\"}", u"text"_s);
    }

    void badLinesSayWhy()
    {
        QFETCH(const QByteArray, line);
        QFETCH(const QString, needle);
        const QString reason = reasonFor(line.toStdString());
        QVERIFY2(reason.contains(needle), qPrintable(reason));
    }

    void tooLongNamesAndValuesAreRefused()
    {
        QVERIFY(reasonFor("{\"metric\":\"" + std::string(251, 'k') + "\",\"value\":1}")
                    .contains(u"250"_s));
        QVERIFY(reasonFor("{\"param\":\"p\",\"value\":\"" + std::string(6001, 'v') + "\"}")
                    .contains(u"6000"_s));
        QVERIFY(reasonFor("{\"tag\":\"t\",\"value\":\"" + std::string(8001, 'v') + "\"}")
                    .contains(u"8000"_s));
    }

    void blankLinesCountForNothing()
    {
        for (const char *line : {"", " ", "\r", "\t \r"}) {
            const RecordChunk chunk = parsed(line);
            QCOMPARE(chunk.skipped, 0);
            QVERIFY(chunk.remarks.isEmpty());
        }
    }

    void unknownMembersAreToldAndIgnored()
    {
        const RecordChunk chunk =
            parsed("{\"metric\":\"m\",\"value\":1,\"stpe\":[{\"a\":1}],\"step\":3}");
        QCOMPARE(chunk.metrics.size(), 1);
        QCOMPARE(chunk.metrics.first().step, 3);
        QCOMPARE(chunk.skipped, 0);
        QVERIFY(chunk.remarks.first().text.contains(u"stpe"_s));
    }

    void messagesAreBounded()
    {
        RecordParser parser;
        RecordChunk chunk;
        for (int i = 1; i <= 1000; ++i)
            parser.refuse(i, u"bad"_s, chunk);
        QCOMPARE(chunk.skipped, 1000);
        QVERIFY(chunk.remarks.size() <= 20);
        QCOMPARE(chunk.remarks.first().line, 1);
    }

    void garbageNeverBreaksTheNextLine()
    {
        // Seeded noise, with some structure so that the parser gets deep into it.
        quint32 state = 12345;
        const auto next = [&state](quint32 below) {
            state = state * 1664525U + 1013904223U;
            return (state >> 8) % below;
        };
        static const std::string kParts[] = {"{", "}", "[", "]", ":", ",", "\"", "\\", "metric",
            "\"metric\"", "\"value\"", "1e5", "-", "null", "tru", "\xff", "\xe2\x82", " ", "0.1",
            "\\u12"};
        RecordParser parser;
        for (int round = 0; round < 20'000; ++round) {
            std::string line = "{\"metric\":";
            for (quint32 i = next(12); i > 0; --i)
                line += kParts[next(std::size(kParts))];
            const std::size_t size = line.size();
            line.resize(size + RecordParser::kPadding, '\0');
            RecordChunk chunk;
            parser.parse(std::string_view(line).substr(0, size), 1, kNow, chunk);
            QCOMPARE(chunk.skipped + chunk.metrics.size() + chunk.params.size() + chunk.tags.size()
                    + chunk.artifacts.size(),
                1);
        }
    }
};

QTEST_GUILESS_MAIN(TestRecordLine)
#include "test_record_line.moc"
