// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/json_reader.h"
#include "core/json/json_writer.h"

#include <QtCore/QJsonArray>
#include <QtTest/QTest>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

double throughJson(double value)
{
    double back = 0.0;
    const QByteArray text = compactJson({{u"x"_s, jsonNumber(value)}});
    const auto read =
        readJson(text, [&back](const JsonView &root) { back = root.number("x", -1.0); });
    return read ? back : std::nan("");
}

} // namespace

class TestJsonWriter final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void undefinedNumbersAreWords()
    {
        using L = std::numeric_limits<double>;
        QCOMPARE(compactJson({{u"x"_s, jsonNumber(L::quiet_NaN())}}), R"({"x":"NaN"})");
        QCOMPARE(compactJson({{u"x"_s, jsonNumber(L::infinity())}}), R"({"x":"Infinity"})");
        QCOMPARE(compactJson({{u"x"_s, jsonNumber(-L::infinity())}}), R"({"x":"-Infinity"})");
        QVERIFY(std::isnan(throughJson(L::quiet_NaN())));
        QCOMPARE(throughJson(L::infinity()), L::infinity());
    }

    void everyDoubleComesBackAsItWas()
    {
        std::mt19937_64 random(7);
        for (int i = 0; i < 20'000; ++i) {
            const double value = std::bit_cast<double>(random());
            if (!std::isfinite(value))
                continue;
            const double back = throughJson(value);
            QVERIFY2(back == value, qPrintable(QString::number(value, 'g', 17)));
        }
        for (const double value : {0.1, 1.0, 1e22, 1e-7, 9007199254740993.0, 1e308, 5e-324, 0.0})
            QCOMPARE(throughJson(value), value);
    }

    void hugeNumbersAnywhereStayReadable()
    {
        const QJsonObject object{{u"list"_s, QJsonArray{1, -4.3342700424735715e+21, u"x"_s}},
            {u"in \"ner\""_s, QJsonObject{{u"a"_s, 1e300}, {u"b"_s, 9007199254740993LL}}}};
        const QByteArray text = compactJson(object);
        QJsonObject back;
        QVERIFY(readJson(text, [&back](const JsonView &root) { back = root.toObject(); }));
        QCOMPARE(back, object);
    }

    void int64IsExact()
    {
        const qint64 big = 9007199254740993LL;
        QCOMPARE(compactJson({{u"x"_s, big}}), R"({"x":9007199254740993})");
        const qint64 largest = std::numeric_limits<qint64>::max();
        QCOMPARE(compactJson({{u"x"_s, largest}}), R"({"x":9223372036854775807})");
        QCOMPARE(compactJson({{u"x"_s, -largest - 1}}), R"({"x":-9223372036854775808})");
    }

    void theLineIsCompactUtf8()
    {
        const QByteArray text = compactJson({{u"a"_s, u"ü\n\"x\""_s}, {u"b"_s, true}});
        QCOMPARE(text, "{\"a\":\"\xc3\xbc\\n\\\"x\\\"\",\"b\":true}");
    }

    void readsWhatServersWrite()
    {
        QVERIFY(std::isnan(numberFrom(u"NaN"_s)));
        QCOMPARE(numberFrom(u"-Infinity"_s), -std::numeric_limits<double>::infinity());
        QCOMPARE(numberFrom(u"1.5"_s), 1.5);
        QCOMPARE(numberFrom(2.5), 2.5);
        QCOMPARE(numberFrom(u"abc"_s, -1.0), -1.0);
        QCOMPARE(numberFrom(QJsonValue::Null, -1.0), -1.0);
        QCOMPARE(numberFrom(true, -1.0), -1.0);
    }
};

QTEST_GUILESS_MAIN(TestJsonWriter)
#include "test_json_writer.moc"
