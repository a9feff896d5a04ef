// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/formatters.h"

#include <QtTest/QTest>

#include <limits>

using namespace signalbox;
using namespace Qt::StringLiterals;

class TestFormatters final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbers()
    {
        QCOMPARE(format::number(0.93), u"0.9300"_s);
        QCOMPARE(format::number(-12.34567), u"-12.3457"_s);
        QCOMPARE(format::number(0), u"0"_s);
        QCOMPARE(format::number(1), u"1.0000"_s); // a score
        QCOMPARE(format::number(20), u"20"_s); // trials
        QCOMPARE(format::number(0.00011470), u"0.0001147"_s);
        QCOMPARE(format::number(1.5e-9), u"1.5e-09"_s);
        QCOMPARE(format::number(52110), u"52,110"_s);
        QCOMPARE(format::number(1234.5), u"1,234.50"_s);
        QCOMPARE(format::number(std::numeric_limits<double>::quiet_NaN()), u"NaN"_s);
        QCOMPARE(format::number(-std::numeric_limits<double>::infinity()), u"-∞"_s);
        QCOMPARE(format::number(1.7976931348623157e+308), u"∞"_s);
        QCOMPARE(format::exactNumber(0.1 + 0.2), u"0.30000000000000004"_s);
        QCOMPARE(format::exactNumber(std::numeric_limits<double>::infinity()), u"Infinity"_s);
        QCOMPARE(format::count(1204), u"1,204"_s);
    }

    void durations()
    {
        using std::chrono::milliseconds;
        QCOMPARE(format::duration(milliseconds(340)), u"340 ms"_s);
        QCOMPARE(format::duration(milliseconds(1234)), u"1.2 s"_s);
        QCOMPARE(format::duration(milliseconds(979'000)), u"16 m 19 s"_s);
        QCOMPARE(format::duration(milliseconds(11'100'000)), u"3 h 05 m"_s);
        QCOMPARE(format::duration(milliseconds(187'200'000)), u"2 d 4 h"_s);
    }

    void times()
    {
        const qint64 now = 1'800'000'000'000;
        QCOMPARE(format::relativeTime(now - 20'000, now), u"just now"_s);
        QCOMPARE(format::relativeTime(now - 120'000, now), u"2 min ago"_s);
        QCOMPARE(format::relativeTime(now - 7'200'000, now), u"2 h ago"_s);
        QCOMPARE(format::relativeTime(now - 3 * 86'400'000LL, now), u"3 d ago"_s);
        QCOMPARE(format::relativeTime(1'700'000'000'000, now), u"2023-11-14"_s);
        QCOMPARE(format::relativeTime(0, now), QString());
        QCOMPARE(format::age(now - 21 * 86'400'000LL, now), u"21 d"_s);
        QCOMPARE(format::age(now + 5000, now), u"0 s"_s);
    }

    void sizes()
    {
        QCOMPARE(format::bytes(812), u"812 B"_s);
        QCOMPARE(format::bytes(12'400), u"12.4 kB"_s);
        QCOMPARE(format::bytes(999'999), u"1.0 MB"_s);
        QCOMPARE(format::bytes(-1), u"-"_s);
    }

    void serverTextIsOneHarmlessLine()
    {
        QCOMPARE(format::oneLine(u"a\n\tb"_s), u"a b"_s);
        QCOMPARE(format::oneLine(QString(500, u'x'), 10).size(), 10);
        const QString tricky = u"a"_s + QChar(0x202E) + u"b";
        QVERIFY(!format::oneLine(tricky).contains(QChar(0x202E)));
    }

    void durationOfARun()
    {
        mlflow::RunInfo info;
        info.startTime = 1000;
        info.status = mlflow::RunStatus::Running;
        QCOMPARE(format::runDuration(info, 5000)->count(), 4000);
        info.status = mlflow::RunStatus::Finished;
        QVERIFY(!format::runDuration(info, 5000)); // an end that nobody recorded
        info.endTime = 3000;
        QCOMPARE(format::runDuration(info, 5000)->count(), 2000);
    }
};

QTEST_APPLESS_MAIN(TestFormatters)
#include "test_formatters.moc"
