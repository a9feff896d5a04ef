// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tracking/item_codec.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QTest>

#include <limits>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

QList<codec::Entry> points(int count, const QString &key = u"loss"_s)
{
    QList<codec::Entry> entries;
    for (int i = 0; i < count; ++i)
        entries << mlflow::Metric{key, 0.5, 1000 + i, i, {}, {}, {}};
    return entries;
}

} // namespace

//! What was logged comes back exactly, in pieces that the server takes.
class TestItemCodec final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyNumberComesBackExactly()
    {
        const double inf = std::numeric_limits<double>::infinity();
        const QList<codec::Entry> entries{
            mlflow::Metric{u"a"_s, 0.1, 1, -5, u"m-1"_s, u"d"_s, u"x"_s},
            mlflow::Metric{
                u"b"_s, std::numeric_limits<double>::quiet_NaN(), 2, 1LL << 60, {}, {}, {}},
            mlflow::Metric{u"c"_s, -inf, 3, 0, {}, {}, {}}, mlflow::Param{u"p"_s, u"ü\n"_s},
            mlflow::Tag{u"t"_s, {}}};
        const auto decoded = codec::decodeEntries(codec::encode(entries));
        QVERIFY(decoded);
        QCOMPARE(decoded->size(), entries.size());
        QCOMPARE(std::get<mlflow::Metric>(decoded->at(0)).value, 0.1);
        QVERIFY(qIsNaN(std::get<mlflow::Metric>(decoded->at(1)).value));
        QCOMPARE(std::get<mlflow::Metric>(decoded->at(1)).step, 1LL << 60);
        QCOMPARE(std::get<mlflow::Metric>(decoded->at(2)).value, -inf);
        QCOMPARE(std::get<mlflow::Param>(decoded->at(3)).value, u"ü\n"_s);
        QVERIFY(!codec::decodeEntries("garbage"));
        QVERIFY(!codec::decodeEntries({}));
    }

    void itemsEndAtTheServersBorders_data()
    {
        QTest::addColumn<int>("metrics");
        QTest::addColumn<int>("params");
        QTest::addColumn<int>("tags");
        QTest::addColumn<int>("items");
        QTest::newRow("1000 metrics") << 1000 << 0 << 0 << 1;
        QTest::newRow("1001 metrics") << 1001 << 0 << 0 << 2;
        QTest::newRow("100 params") << 0 << 100 << 0 << 1;
        QTest::newRow("101 params") << 0 << 101 << 0 << 2;
        QTest::newRow("100 tags") << 0 << 0 << 100 << 1;
        QTest::newRow("101 tags") << 0 << 0 << 101 << 2;
        QTest::newRow("1000 in all") << 800 << 100 << 100 << 1;
        QTest::newRow("1001 in all") << 801 << 100 << 100 << 2;
    }
    void itemsEndAtTheServersBorders()
    {
        QFETCH(int, metrics);
        QFETCH(int, params);
        QFETCH(int, tags);
        QList<codec::Entry> entries = points(metrics);
        for (int i = 0; i < params; ++i)
            entries << mlflow::Param{u"p%1"_s.arg(i), u"x"_s};
        for (int i = 0; i < tags; ++i)
            entries << mlflow::Tag{u"t%1"_s.arg(i), u"x"_s};
        QTEST(static_cast<int>(codec::batchItems(entries).size()), "items");
    }

    void longKeysStayBelowAMillionBytes()
    {
        // As JSON these are more than a million bytes, although no more than 1000.
        qint64 count = 0;
        const auto items = codec::batchItems(points(1000, QString(250, u'ü')));
        for (const NewItem &item : items) {
            const auto entries = codec::decodeEntries(item.payload);
            QVERIFY(entries);
            qint64 bytes = 0;
            for (const codec::Entry &entry : *entries)
                bytes += std::get<mlflow::Metric>(entry).key.toUtf8().size() + 100;
            QVERIFY(bytes < 1'000'000);
            count += item.metrics;
        }
        QCOMPARE(count, 1000);
        QVERIFY(items.size() <= 2);
        QVERIFY(codec::batchItems(points(1000, QString(250, u'x'))).size() <= 2);
    }

    void everyTextStaysBelowAMillionBytes_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("letters") << QString(8000, u'x');
        QTest::newRow("quotes") << QString(8000, u'"');
        QTest::newRow("umlauts") << QString(8000, u'ü');
        QTest::newRow("three bytes") << QString(8000, QChar(0x20ac));
        QTest::newRow("four bytes") << u"😀"_s.repeated(4000);
        QTest::newRow("colours of a terminal") << QString(8000, QChar(0x1b));
    }
    void everyTextStaysBelowAMillionBytes()
    {
        QFETCH(QString, text);
        QList<codec::Entry> entries;
        for (int i = 0; i < 100; ++i)
            entries << mlflow::Tag{u"t%1"_s.arg(i), text};
        int tags = 0;
        for (const NewItem &item : codec::batchItems(entries)) {
            QJsonArray list;
            const auto decoded = codec::decodeEntries(item.payload);
            for (const codec::Entry &entry : *decoded) {
                const auto &tag = std::get<mlflow::Tag>(entry);
                list.append(QJsonObject{{u"key"_s, tag.key}, {u"value"_s, tag.value}});
            }
            const auto bytes = QJsonDocument(list).toJson(QJsonDocument::Compact).size();
            QVERIFY2(bytes <= item.bytes && bytes < 1'000'000,
                qPrintable(QString::number(bytes) % u" of "_s % QString::number(item.bytes)));
            tags += item.tags;
        }
        QCOMPARE(tags, 100);
    }

    void itemsRespectTheServersLimits()
    {
        QList<codec::Entry> entries = points(1500);
        for (int i = 0; i < 250; ++i)
            entries << mlflow::Param{u"p%1"_s.arg(i), QString(5000, u'x')};
        int params = 0;
        int metrics = 0;
        for (const NewItem &item : codec::batchItems(entries)) {
            QVERIFY(item.metrics + item.params + item.tags <= 1000);
            QVERIFY(item.params <= 100);
            QVERIFY(item.bytes < 1'000'000);
            params += item.params;
            metrics += item.metrics;
        }
        QCOMPARE(params, 250);
        QCOMPARE(metrics, 1500);
    }
};

QTEST_GUILESS_MAIN(TestItemCodec)
#include "test_item_codec.moc"
