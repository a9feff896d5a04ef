// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"
#include "ui/widgets/chart_canvas.h"
#include "ui/widgets/chart_legend.h"
#include "ui/widgets/metric_chart.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QCheckBox>

#include <cmath>

using namespace Qt::StringLiterals;
using namespace signalbox;

namespace {

ChartSeries decay(const QString &name, std::size_t count)
{
    ChartSeries series;
    series.name = name;
    for (std::size_t i = 0; i < count; ++i) {
        const auto x = static_cast<double>(i);
        series.points.push_back({x, std::exp(-x / 1000.0)});
    }
    return series;
}

} // namespace

class TestMetricChart final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().install(); }

    void drawsNeverMorePointsThanPixels()
    {
        MetricChart chart(u"validation_loss"_s);
        chart.resize(500, 300);
        chart.show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        chart.setSeries({decay(u"a"_s, 100'000)});
        QTRY_VERIFY(chart.drawnPoints() > 100);
        QVERIFY(chart.drawnPoints() <= 500);
        QCOMPARE(chart.series(0).points.size(), std::size_t{100'000});
    }

    void linesTakeTheNewThemesColoursAtOnce()
    {
        Theme::instance().setChoice(ThemeChoice::Light);
        MetricChart chart(u"auc"_s);
        chart.resize(400, 200);
        ChartSeries line = decay(u"a"_s, 50);
        line.place = 2;
        chart.setSeries({line});
        auto *canvas = chart.findChild<ChartCanvas *>();
        QCOMPARE(canvas->lines().front().colour, coloursFor(Scheme::Light).seriesColour(2));
        Theme::instance().setChoice(ThemeChoice::Dark);
        QCOMPARE(canvas->lines().front().colour, coloursFor(Scheme::Dark).seriesColour(2));
        Theme::instance().setChoice(ThemeChoice::Light);
    }

    void theLegendNamesEveryLine()
    {
        MetricChart chart(u"round logloss"_s);
        chart.resize(500, 200);
        chart.setLegendVisible(true);
        chart.show();
        chart.setSeries({decay(u"train"_s, 50), decay(u"validation"_s, 50)});
        const auto *legend = chart.findChild<ChartLegend *>();
        QVERIFY(legend->isVisible());
        QCOMPARE(legend->entries().size(), 2);
        QCOMPARE(legend->entries().at(1).first, u"validation"_s);
        const auto *canvas = chart.findChild<ChartCanvas *>();
        QCOMPARE(legend->entries().at(1).second, canvas->lines().at(1).colour);
    }

    void anEmptyChartSaysSo()
    {
        MetricChart chart(u"auc"_s);
        chart.setSeries({});
        QCOMPARE(chart.drawnPoints(), std::size_t{0});
        QVERIFY(chart.accessibleDescription().contains(u"No points"_s));
    }

    void appendedPointsAppear()
    {
        MetricChart chart(u"auc"_s);
        chart.resize(400, 200);
        chart.show();
        const int line = chart.addSeries(u"validation"_s);
        for (int i = 0; i < 50; ++i)
            chart.appendPoint(line, {static_cast<double>(i), 0.5 + i * 0.001});
        chart.appendPoint(line, {10.5, 0.4});
        QTRY_COMPARE(chart.drawnPoints(), std::size_t{51});
        QCOMPARE(chart.series(line).points.at(11).x, 10.5);
        QVERIFY(chart.accessibleDescription().contains(u"51 points"_s));
    }

    void hoveringTellsTheValues()
    {
        MetricChart chart(u"loss"_s);
        chart.resize(600, 300);
        chart.show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        chart.setSeries({decay(u"amber"_s, 1000), decay(u"calm"_s, 1000)});
        auto *canvas = chart.findChild<ChartCanvas *>();
        QSignalSpy moved(&chart, &MetricChart::crosshairMoved);
        chart.grab(); // lays the plot out
        QTest::mouseMove(canvas->viewport(), canvas->viewport()->rect().center());
        QTRY_VERIFY(!moved.isEmpty());
        QVERIFY(chart.hoverText().contains(u"amber"_s));
        QVERIFY(chart.hoverText().contains(u"calm"_s));
    }

    void theLogarithmicAxisLeavesOutWhatIsNotPositive()
    {
        MetricChart chart(u"loss"_s);
        ChartSeries series{u"a"_s, {}, {{0, -1}, {1, 0}, {2, 1}, {3, 10}}};
        chart.setSeries({series});
        QCOMPARE(chart.drawnPoints(), std::size_t{4});
        QTest::mouseClick(chart.findChild<QCheckBox *>(u"chartLogCheckBox"_s), Qt::LeftButton);
        QCOMPARE(chart.drawnPoints(), std::size_t{2});
    }
};

QTEST_MAIN(TestMetricChart)
#include "test_metric_chart.moc"
