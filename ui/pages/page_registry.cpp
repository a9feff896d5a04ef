// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/page_registry.h"

#include "ui/pages/flows_page.h"
#include "ui/pages/health_page.h"
#include "ui/pages/models_page.h"
#include "ui/pages/overview_page.h"
#include "ui/pages/runs_page.h"
#include "ui/pages/settings_page.h"

#include <QtCore/QCoreApplication>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

template <typename P> PageEntry entry(const QString &id, const QString &title, const QString &icon)
{
    return {id, title, icon,
        [](UiContext &context, QWidget *parent) -> Page * { return new P(context, parent); }};
}

QString words(const char *text)
{
    return QCoreApplication::translate("Pages", text);
}

} // namespace

std::vector<PageEntry> allPages()
{
    return {
        entry<OverviewPage>(u"overview"_s, words("Overview"), u"overview"_s),
        entry<RunsPage>(u"runs"_s, words("Runs"), u"runs"_s),
        entry<ModelsPage>(u"models"_s, words("Models"), u"models"_s),
        entry<FlowsPage>(u"flows"_s, words("Flows"), u"flows"_s),
        entry<HealthPage>(u"health"_s, words("Health"), u"health"_s),
        entry<SettingsPage>(u"settings"_s, words("Settings"), u"settings"_s),
    };
}

} // namespace signalbox
