// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/json_reader.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

#include <cmath>
#include <limits>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

//! Runs `check` on the parsed root; false when the text was refused.
bool with(const QByteArray &text, const std::function<void(const JsonView &)> &check)
{
    return static_cast<bool>(readJson(text, check));
}

QString refusalOf(const QByteArray &text)
{
    bool visited = false;
    const auto result = readJson(text, [&visited](const JsonView &) { visited = true; });
    if (result || visited || result.error().kind != ErrorKind::Decode)
        return {};
    return result.error().message;
}

//! A page of a listing as MLflow sends it: 1000 runs of 20 params, 20 metrics and 10 tags.
QByteArray pageOfRuns()
{
    QByteArray json = "{\"runs\": [";
    for (int run = 0; run < 1000; ++run) {
        json += run == 0 ? "" : ",";
        json +=
            R"({"info": {"run_id": "0123456789abcdef0123456789abcdef", "start_time": 176123456)";
        json +=
            QByteArray::number(1000 + run) + R"(, "status": "FINISHED"}, "data": {"metrics": [)";
        for (int i = 0; i < 20; ++i) {
            json += i == 0 ? "" : ",";
            json += R"({"key": "metric_)" + QByteArray::number(i) + R"(", "value": 0.)"
                + QByteArray::number(run * 7919 + i) + R"(, "timestamp": 1761234567890, "step": )"
                + QByteArray::number(i) + '}';
        }
        json += R"(], "params": [)";
        for (int i = 0; i < 20; ++i) {
            json += i == 0 ? "" : ",";
            json += R"({"key": "param_)" + QByteArray::number(i) + R"(", "value": "value )"
                + QByteArray::number(run) + R"("})";
        }
        json += R"(], "tags": [)";
        for (int i = 0; i < 10; ++i) {
            json += i == 0 ? "" : ",";
            json += R"({"key": "tag.)" + QByteArray::number(i) + R"(", "value": "some longer text )"
                + QByteArray::number(i) + R"("})";
        }
        json += "]}}";
    }
    return json + "]}";
}

} // namespace

class TestJsonReader final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void absentKeysGiveEmptyValues()
    {
        QVERIFY(with("{}", [](const JsonView &root) {
            QVERIFY(root.isObject());
            QVERIFY(!root.has("x"));
            QVERIFY(root["x"].isNull());
            QVERIFY(root["x"]["y"]["z"].isNull());
            QCOMPARE(root.string("x"), QString());
            QCOMPARE(root.integer("x", -1), -1);
            QCOMPARE(root.number("x", 0.5), 0.5);
            QCOMPARE(root.boolean("x", true), true);
            QCOMPARE(root["x"].size(), 0);
            root["x"].forEach([](const JsonView &) { QFAIL("nothing is there"); });
            root["x"].forEachMember(
                [](const QString &, const JsonView &) { QFAIL("nothing is there"); });
        }));
    }

    void aDefaultViewIsNull()
    {
        const JsonView none;
        QVERIFY(none.isNull() && !none.isObject() && !none.isArray() && !none.isString());
        QCOMPARE(none.asString(), QString());
        QCOMPARE(none.asInteger(3), 3);
        QVERIFY(none["x"].isNull());
    }

    void wrongTypesGiveTheFallback()
    {
        QVERIFY(with(R"({"list": [1], "object": {"a": 1}, "text": "abc", "null": null})",
            [](const JsonView &root) {
                QCOMPARE(root.integer("list", 7), 7);
                QCOMPARE(root.string("object"), QString());
                QCOMPARE(root.integer("text", 7), 7);
                QCOMPARE(root.number("text", 7.0), 7.0);
                QCOMPARE(root.boolean("text", true), true);
                QVERIFY(root.has("null"));
                QVERIFY(root["null"].isNull());
                QVERIFY(root["list"]["x"].isNull()); // a key into a list
                QVERIFY(root["text"]["x"].isNull());
                QCOMPARE(root["list"].size(), 1);
                QCOMPARE(root["object"].size(), 1);
            }));
    }

    void int64IsExactAsNumberOrText_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<qint64>("value");
        QTest::newRow("above 2^53") << QByteArray("9007199254740993") << 9007199254740993LL;
        QTest::newRow("as text") << QByteArray("\"9007199254740993\"") << 9007199254740993LL;
        QTest::newRow("largest") << QByteArray("9223372036854775807")
                                 << std::numeric_limits<qint64>::max();
        QTest::newRow("smallest") << QByteArray("-9223372036854775808")
                                  << std::numeric_limits<qint64>::min();
        QTest::newRow("whole double") << QByteArray("3.0") << qint64{3};
        QTest::newRow("exponent") << QByteArray("1e3") << qint64{1000};
        QTest::newRow("fraction falls back") << QByteArray("1.5") << qint64{-1};
        QTest::newRow("beyond int64 falls back") << QByteArray("9223372036854775808") << qint64{-1};
        QTest::newRow("text beyond int64") << QByteArray("\"9223372036854775808\"") << qint64{-1};
        QTest::newRow("null") << QByteArray("null") << qint64{-1};
        QTest::newRow("boolean") << QByteArray("true") << qint64{-1};
    }
    void int64IsExactAsNumberOrText()
    {
        QFETCH(QByteArray, json);
        QFETCH(qint64, value);
        QVERIFY(with("{\"x\": " + json + '}',
            [value](const JsonView &root) { QCOMPARE(root.integer("x", -1), value); }));
    }

    void doublesAreExactAndKnowTheSpecialWords()
    {
        QVERIFY(with(R"({"a": 0.1, "b": "NaN", "c": "Infinity", "d": "-Infinity", "e": "1.5",
                         "f": 3, "g": "abc", "h": 5e-324, "i": 1.7976931348623157e+308,
                         "j": null})",
            [](const JsonView &root) {
                QCOMPARE(root.number("a"), 0.1);
                QVERIFY(std::isnan(root.number("b")));
                QCOMPARE(root.number("c"), std::numeric_limits<double>::infinity());
                QCOMPARE(root.number("d"), -std::numeric_limits<double>::infinity());
                QCOMPARE(root.number("e"), 1.5);
                QCOMPARE(root.number("f"), 3.0);
                QCOMPARE(root.number("g", -1.0), -1.0);
                QVERIFY(root.number("h") > 0.0);
                QCOMPARE(root.number("i"), std::numeric_limits<double>::max());
                QCOMPARE(root.number("j", -1.0), -1.0);
            }));
    }

    void scalarsHaveATextForm()
    {
        QVERIFY(with(R"({"a": 12, "b": 0.1, "c": true, "d": false, "e": 18446744073709551615,
                         "f": "ü\u0000\ud83d\ude00"})",
            [](const JsonView &root) {
                QCOMPARE(root.string("a"), u"12"_s);
                QCOMPARE(root.string("b"), u"0.1"_s);
                QCOMPARE(root.string("c"), u"true"_s);
                QCOMPARE(root.string("d"), u"false"_s);
                QCOMPARE(root.string("e"), u"18446744073709551615"_s);
                QCOMPARE(root.string("f").size(), 4); // u-umlaut, NUL and a surrogate pair
                QCOMPARE(root.utf8("a").size(), 0);
                QCOMPARE(root.utf8("f").size(), 7);
            }));
    }

    void booleansMayBeWords()
    {
        QVERIFY(with(R"({"a": "true", "b": "False", "c": 1})", [](const JsonView &root) {
            QCOMPARE(root.boolean("a"), true);
            QCOMPARE(root.boolean("b", true), false);
            QCOMPARE(root.boolean("c", false), false);
        }));
    }

    void walksListsAndMembersInOrder()
    {
        QVERIFY(with(
            R"({"list": [1, "2", 3.5], "object": {"b": 1, "a": 2}})", [](const JsonView &root) {
                QStringList seen;
                root["list"].forEach([&](const JsonView &item) { seen << item.asString(); });
                root["object"].forEachMember([&](const QString &key, const JsonView &value) {
                    seen << key << value.asString();
                });
                QCOMPARE(seen.join(u' '), u"1 2 3.5 b 1 a 2"_s);
            }));
    }

    void aCopyOutlivesTheReader()
    {
        QJsonObject copy;
        const QByteArray text =
            R"({"a": {"b": [1, 2.5, "x", null, true]}, "big": 9007199254740993})";
        QVERIFY(with(text, [&copy](const JsonView &root) { copy = root.toObject(); }));
        QCOMPARE(copy, QJsonDocument::fromJson(text).object());
        QCOMPARE(copy.value(u"big"_s).toInteger(), 9007199254740993LL);
    }

    void whatIsNotJsonIsRefusedWithThePlace_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("says");
        QTest::newRow("bare NaN") << QByteArray("{\n \"a\": NaN}") << u"line 2"_s;
        QTest::newRow("bare Infinity") << QByteArray("{\"a\": Infinity}") << u"Infinity"_s;
        QTest::newRow("half an object") << QByteArray("{\"a\": 1") << u"line 1"_s;
        QTest::newRow("web page") << QByteArray("<html></html>") << u"<html>"_s;
        QTest::newRow("empty") << QByteArray() << u"empty"_s;
        QTest::newRow("only blanks") << QByteArray("  \n ") << u"empty"_s;
        QTest::newRow("a list") << QByteArray("[1]") << u"not an object"_s;
        QTest::newRow("a number") << QByteArray("1") << u"not an object"_s;
        QTest::newRow("two documents") << QByteArray("{} {}") << u"not valid"_s;
        QTest::newRow("broken UTF-8") << QByteArray("{\"a\": \"\xff\xfe\"}") << u"not valid"_s;
        QTest::newRow("number too large") << QByteArray("{\"a\": 1e400}") << u"not valid"_s;
        QTest::newRow("control character") << QByteArray("{\"a\": \"x\ny\"}") << u"not valid"_s;
        QTest::newRow("NUL inside") << QByteArray("{\"a\"\0: 1}", 9) << u"not valid"_s;
        QTest::newRow("too deep") << QByteArray(
            "{\"a\": " + QByteArray(200, '[') + QByteArray(200, ']') + '}')
                                  << u"not valid"_s;
        QTest::newRow("far too deep") << QByteArray(2'000'000, '[') << u"not valid"_s;
    }
    void whatIsNotJsonIsRefusedWithThePlace()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, says);
        const QString refusal = refusalOf(json);
        QVERIFY2(refusal.contains(says), qPrintable(refusal));
        QVERIFY(refusal.size() < 250);
    }

    void theExcerptIsPlainText()
    {
        const QString refusal = refusalOf("{\"a\": \x1b[31mred\x07}");
        QVERIFY(!refusal.isEmpty());
        for (const QChar c : refusal)
            QVERIFY(c.isPrint());
    }

    void everyPrefixOfADocumentIsRefused()
    {
        const QByteArray text =
            R"({"runs": [{"info": {"run_id": "a\u00fcb", "n": -1.5e3}}], "t": true})";
        QVERIFY(with(text, [](const JsonView &) {}));
        for (qsizetype i = 0; i < text.size(); ++i)
            QVERIFY2(!refusalOf(text.left(i)).isEmpty(), text.left(i).constData());
    }

    void aPageOfAThousandRunsIsReadInNoTime()
    {
        const QByteArray page = pageOfRuns();
        QVERIFY(page.size() > 3'000'000);
        qint64 best = std::numeric_limits<qint64>::max();
        for (int round = 0; round < 5; ++round) {
            QElapsedTimer timer;
            timer.start();
            qsizetype letters = 0;
            double sum = 0;
            QVERIFY(with(page, [&](const JsonView &root) {
                root["runs"].forEach([&](const JsonView &run) {
                    letters += run["info"].string("run_id").size();
                    const JsonView data = run["data"];
                    data["metrics"].forEach([&](const JsonView &metric) {
                        letters += metric.utf8("key").size();
                        sum += metric.number("value") + static_cast<double>(metric.integer("step"));
                    });
                    for (const char *list : {"params", "tags"})
                        data[list].forEach([&](const JsonView &item) {
                            letters += item.utf8("key").size() + item.string("value").size();
                        });
                });
            }));
            QVERIFY(letters > 500'000 && sum > 0);
            best = std::min(best, timer.nsecsElapsed() / 1000);
        }
        qInfo("%lld us for %lld bytes", best, page.size());
        // Optimised 7 ms; this bound only notices a reader that became quadratic or allocates.
        QVERIFY(best < 1'000'000);
    }
};

QTEST_GUILESS_MAIN(TestJsonReader)
#include "test_json_reader.moc"
