// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>

class QWidget;

namespace signalbox {

class MetricChart;
class UiContext;

//! Asks for a file name and writes what the chart shows as PNG; says how it went. GUI thread; the
//! chart may die while the question is open.
void saveChart(UiContext &context, QWidget *window, MetricChart &chart, const QString &metric);

} // namespace signalbox
