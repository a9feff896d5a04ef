// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/options.h"

#include "core/base/version.h"

#include <QtCore/QRegularExpression>

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kUsage = 2;
constexpr int kSmallest = 200;
constexpr int kLargest = 8000;

struct RawOptions {
    std::string uri;
    std::string profile;
    double timeout = 0.0;
    std::string page;
    std::string experiment;
    std::string run;
    std::string compare;
    std::string model;
    std::string screenshot;
    std::string size;
    std::string theme;
};

QSize sizeFrom(const std::string &text)
{
    static const QRegularExpression kForm(u"^([0-9]{1,5})x([0-9]{1,5})$"_s);
    const QRegularExpressionMatch match = kForm.match(QString::fromStdString(text));
    const QSize size(match.captured(1).toInt(), match.captured(2).toInt());
    const auto fits = [](int n) { return n >= kSmallest && n <= kLargest; };
    return match.hasMatch() && fits(size.width()) && fits(size.height()) ? size : QSize();
}

void declare(CLI::App &app, RawOptions &raw)
{
    app.set_version_flag("--version", std::string("signalbox ") + kVersion);
    app.add_option("--tracking-uri", raw.uri, "MLflow server to connect to");
    app.add_option("--profile", raw.profile, "Connection to use, as named in the settings");
    app.add_option("--timeout", raw.timeout, "Limit for one request in seconds")
        ->check(CLI::PositiveNumber);
    app.add_option("--page", raw.page, "Page to begin with")
        ->check(CLI::IsMember({"overview", "runs", "models", "flows", "health", "settings"}));
    app.add_option("--experiment", raw.experiment, "Experiment to show, by name or id");
    app.add_option("--run", raw.run, "Run to show, by id");
    app.add_option("--compare", raw.compare, "Runs to compare: ID,ID");
    app.add_option("--model", raw.model, "Registered model to show");
    app.add_option("--screenshot", raw.screenshot,
        "Render the window into this file once the page has its data, then exit");
    app.add_option("--size", raw.size, "Size of the window: WxH")
        ->check([](const std::string &text) {
            return sizeFrom(text).isValid() ? std::string()
                                            : "'" + text + "' is no size such as 1440x900";
        });
    app.add_option("--theme", raw.theme, "light or dark")
        ->check(CLI::IsMember({"light", "dark", "system"}));
}

QString pageFor(const RawOptions &raw)
{
    if (!raw.page.empty())
        return QString::fromStdString(raw.page);
    if (!raw.run.empty() || !raw.compare.empty() || !raw.experiment.empty())
        return u"runs"_s;
    return raw.model.empty() ? QString() : u"models"_s;
}

DesktopOptions cooked(const RawOptions &raw)
{
    DesktopOptions options;
    options.session.trackingUri = QString::fromStdString(raw.uri);
    options.session.profile = QString::fromStdString(raw.profile);
    options.session.timeout = std::chrono::milliseconds(static_cast<qint64>(raw.timeout * 1000.0));
    options.page = pageFor(raw);
    options.target.experiment = QString::fromStdString(raw.experiment);
    options.target.run = RunId(QString::fromStdString(raw.run));
    const QString compared = QString::fromStdString(raw.compare);
    for (const QString &id : compared.split(u',', Qt::SkipEmptyParts))
        options.target.compare.append(RunId(id.trimmed()));
    options.target.model = QString::fromStdString(raw.model);
    options.screenshot = QString::fromStdString(raw.screenshot);
    options.size = raw.size.empty() ? QSize() : sizeFrom(raw.size);
    if (!raw.theme.empty())
        options.theme = themeChoiceFrom(QString::fromStdString(raw.theme));
    return options;
}

} // namespace

ParsedOptions parseOptions(int argc, char **argv)
{
    CLI::App app("Signalbox: a desktop dashboard for MLflow", "signalbox");
    RawOptions raw;
    declare(app, raw);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        const int code = app.exit(error);
        return {{}, code == 0 ? 0 : kUsage};
    }
    return {cooked(raw), std::nullopt};
}

} // namespace signalbox
