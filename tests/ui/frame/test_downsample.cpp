// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/downsample.h"
#include "ui/frame/fuzzy.h"
#include "ui/widgets/axis_scale.h"

#include <QtTest/QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;
using namespace signalbox;

namespace {

std::vector<Point> wave(std::size_t count)
{
    std::vector<Point> points(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto x = static_cast<double>(i);
        points[i] = {x, std::sin(x / 50.0)};
    }
    return points;
}

bool has(const std::vector<Point> &points, const Point &wanted)
{
    return std::find(points.begin(), points.end(), wanted) != points.end();
}

QStringList texts(const AxisScale &scale)
{
    QStringList out;
    for (const Tick &tick : scale.ticks)
        out.append(tick.text);
    return out;
}

} // namespace

class TestDownsample final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fewPointsComeBackAsTheyAre()
    {
        const std::vector<Point> points = wave(100);
        QVERIFY(downsample(points, 100) == points);
        QVERIFY(downsample({}, 10).empty());
    }

    void manyPointsBecomeAtMostTheWantedNumber()
    {
        for (const std::size_t wanted : {3U, 50U, 800U}) {
            const std::vector<Point> few = downsample(wave(200'000), wanted);
            QVERIFY2(few.size() <= wanted, qPrintable(QString::number(few.size())));
            QVERIFY(few.size() >= wanted / 2);
        }
    }

    void endsAndSpikesStay()
    {
        std::vector<Point> points = wave(100'000);
        points[61'803].y = 40.0;
        points[12'345].y = -40.0;
        const std::vector<Point> few = downsample(points, 600);
        QVERIFY(few.front() == points.front());
        QVERIFY(few.back() == points.back());
        QVERIFY(has(few, points[61'803]));
        QVERIFY(has(few, points[12'345]));
    }

    void orderStays()
    {
        const std::vector<Point> few = downsample(wave(50'000), 700);
        QVERIFY(std::is_sorted(
            few.begin(), few.end(), [](const Point &a, const Point &b) { return a.x < b.x; }));
    }

    void pointsThatAreNoNumbersAreLeftOut()
    {
        std::vector<Point> points = wave(1000);
        points[10].y = std::numeric_limits<double>::quiet_NaN();
        points[20].y = std::numeric_limits<double>::infinity();
        QCOMPARE(downsample(points, 2000).size(), std::size_t{998});
        const std::vector<Point> few = downsample(points, 100);
        QVERIFY(
            std::all_of(few.begin(), few.end(), [](const Point &p) { return std::isfinite(p.y); }));
    }

    void minMaxKeepsTheExtremesOfEachStretch()
    {
        const std::vector<Point> few = minMax(wave(10'000), 20);
        QVERIFY(few.size() <= 42);
        const auto [low, high] = std::minmax_element(
            few.begin(), few.end(), [](const Point &a, const Point &b) { return a.y < b.y; });
        QVERIFY(low->y < -0.9999);
        QVERIFY(high->y > 0.9999);
    }

    void ticksAreRound()
    {
        QCOMPARE(texts(scaleFor(0, 1, 4, AxisKind::Linear, true)),
            (QStringList{u"0.00"_s, u"0.25"_s, u"0.50"_s, u"0.75"_s, u"1.00"_s}));
        QCOMPARE(texts(scaleFor(0, 100'000, 4)),
            (QStringList{u"0"_s, u"25k"_s, u"50k"_s, u"75k"_s, u"100k"_s}));
        QCOMPARE(texts(scaleFor(-2, 1, 3, AxisKind::Logarithmic, true)),
            (QStringList{u"0.01"_s, u"0.1"_s, u"1"_s, u"10"_s}));
    }

    void aConstantLineStillHasAnAxis()
    {
        const AxisScale scale = scaleFor(5, 5, 4, AxisKind::Linear, true);
        QVERIFY(scale.low < 5 && scale.high > 5);
        QVERIFY(scale.ticks.size() >= 2);
    }

    void fuzzyFindsLettersInOrder()
    {
        QVERIFY(fuzzyScore(u"gtr"_s, u"Go to Runs"_s) > 0);
        QCOMPARE(fuzzyScore(u"xyz"_s, u"Go to Runs"_s), 0);
        QCOMPARE(fuzzyScore(u"runs"_s, u"snur"_s), 0);
        QVERIFY(fuzzyScore({}, u"anything"_s) > 0);
    }

    void fuzzyPrefersWordStartsAndRuns()
    {
        QVERIFY(fuzzyScore(u"heal"_s, u"Go to Health"_s)
            > fuzzyScore(u"heal"_s, u"The search for all"_s));
        QVERIFY(fuzzyScore(u"st"_s, u"Stay offline"_s) > fuzzyScore(u"st"_s, u"Go to Settings"_s));
    }
};

QTEST_GUILESS_MAIN(TestDownsample)
#include "test_downsample.moc"
