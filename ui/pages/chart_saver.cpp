// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/chart_saver.h"

#include "ui/pages/ui_context.h"
#include "ui/widgets/metric_chart.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QPointer>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("ChartSaver", text);
}

} // namespace

void saveChart(UiContext &context, QWidget *window, MetricChart &chart, const QString &metric)
{
    FileQuestion question;
    question.title = tr("Save chart");
    QString name = metric;
    question.directory = name.replace(u'/', u'_') + u".png"_s;
    question.filters = {tr("Pictures (*.png)")};
    const QPointer<MetricChart> alive(&chart);
    context.dialogs().saveFile(window, question, [&context, alive](const QString &file) {
        if (file.isEmpty() || !alive)
            return;
        if (alive->image(alive->size() * 1.5).save(file, "PNG"))
            context.notify(Tone::Good, tr("Saved to %1").arg(file));
        else
            context.notify(
                makeError(ErrorKind::Local, tr("The chart could not be written to %1.").arg(file),
                    tr("Choose a folder that you may write to.")));
    });
}

} // namespace signalbox
