// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/profile_options.h"
#include "app/terminal/secret_input.h"
#include "app/terminal/terminal.h"
#include "core/workspace/connection_test.h"
#include "core/workspace/profile_json.h"

#include <QtCore/QJsonArray>

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

enum class SecretKind : quint8 { Login, KeyPassphrase, ProxyPassword };

QJsonObject documentOf(Terminal &terminal, const Profile &profile)
{
    Session &session = terminal.session();
    QJsonObject object = toJson(profile);
    object.remove(u"has_secrets"_s);
    object.remove(u"id"_s);
    object.insert(u"active"_s, profile.name == session.profiles().active().name);
    object.insert(u"secret"_s, nameOf(session.secrets().placeOf(profile)));
    return object;
}

void list(Terminal &terminal)
{
    const QList<Profile> profiles = terminal.session().profiles().profiles();
    const QString active = terminal.session().profiles().active().name;
    QJsonArray items;
    QList<QStringList> rows;
    for (const Profile &profile : profiles) {
        items.append(documentOf(terminal, profile));
        rows.append({profile.name == active ? u"*"_s : QString(), profile.name,
            profile.isLocalWorkspace() ? u"(this machine)"_s : profile.url.toString(),
            nameOf(profile.auth), nameOf(terminal.session().secrets().placeOf(profile)),
            profile.insecure ? u"INSECURE"_s : QString()});
    }
    if (terminal.out.json)
        terminal.out.document({{u"profiles"_s, items}});
    else
        terminal.out.table({{}, u"NAME"_s, u"URL"_s, u"LOGIN"_s, u"SECRET"_s, {}}, rows);
    terminal.succeed();
}

//! The named profile, else the active one; a failure has ended the program.
std::optional<Profile> profileNamed(Terminal &terminal, const QString &name)
{
    ProfileStore &store = terminal.session().profiles();
    const Result<Profile> found =
        name.isEmpty() ? Result<Profile>(store.active()) : store.find(name);
    if (found)
        return *found;
    terminal.fail(found.error());
    return std::nullopt;
}

void print(Terminal &terminal, const Profile &profile)
{
    if (terminal.out.json) {
        terminal.out.document({{u"profile"_s, documentOf(terminal, profile)}});
        return;
    }
    const QJsonObject object = documentOf(terminal, profile);
    for (auto it = object.begin(); it != object.end(); ++it) {
        QString value = it->toVariant().toString();
        if (it.key() == u"proxy")
            value = shownProxy(profile.proxy);
        if (!value.isEmpty())
            terminal.out.line(it.key().leftJustified(18) % value);
    }
}

void show(Terminal &terminal, const QString &name)
{
    const auto profile = profileNamed(terminal, name);
    if (!profile)
        return;
    print(terminal, *profile);
    terminal.succeed();
}

//! A secret that only this process remembers is gone when it ends, so that is a failure here.
void concludeSave(Terminal &terminal, const QString &name, SecretPlace place)
{
    if (place == SecretPlace::Session) {
        Error error = keychainError(u"KEYCHAIN_UNAVAILABLE"_s);
        error.message = u"The profile is saved, its secret is not: "_s % error.message;
        terminal.fail(error);
        return;
    }
    show(terminal, name);
}

void save(Terminal &terminal, const Profile &profile, const ProfileSecrets &typed, bool use)
{
    Session &session = terminal.session();
    terminal.await(saveConnection(session.profiles(), session.secrets(), profile, typed),
        [&terminal, name = profile.name, use](SecretPlace place) {
            if (use) {
                if (const auto chosen = terminal.session().profiles().setActive(name); !chosen) {
                    terminal.fail(chosen.error());
                    return;
                }
            }
            concludeSave(terminal, name, place);
        });
}

void add(Terminal &terminal, const ProfileOptions &options)
{
    ProfileStore &store = terminal.session().profiles();
    const Result<Profile> known = store.find(options.name());
    if (known && !options.replace) {
        terminal.fail(makeError(ErrorKind::Conflict,
            u"There is a profile named '%1' already."_s.arg(options.name()),
            u"Add --replace to change it."_s));
        return;
    }
    const Result<ProfileChange> change = options.applyTo(known ? *known : Profile{});
    if (!change) {
        terminal.fail(change.error());
        return;
    }
    ProfileSecrets typed{change->password, {}, {}};
    if (options.secretFromStdin) {
        const Result<QString> given = readSecret(u"Secret"_s);
        if (!given) {
            terminal.fail(given.error());
            return;
        }
        typed.login = *given;
    }
    if (!change->notice.isEmpty())
        terminal.out.message(change->notice);
    save(terminal, change->profile, typed, options.use);
}

void remove(Terminal &terminal, const QString &name)
{
    Session &session = terminal.session();
    terminal.await(
        removeConnection(session.profiles(), session.secrets(), name), [&terminal, name] {
            if (terminal.out.json)
                terminal.out.document({{u"removed"_s, name}});
            terminal.succeed();
        });
}

void use(Terminal &terminal, const QString &name)
{
    if (const Result<void> chosen = terminal.session().profiles().setActive(name); !chosen) {
        terminal.fail(chosen.error());
        return;
    }
    show(terminal, name);
}

QString promptFor(const Profile &profile, SecretKind kind)
{
    if (kind == SecretKind::KeyPassphrase)
        return u"Passphrase of the client key"_s;
    if (kind == SecretKind::ProxyPassword)
        return u"Password for the proxy"_s;
    if (profile.auth == AuthKind::Basic)
        return u"Password of "_s % profile.userName;
    return profile.auth == AuthKind::Header ? u"Value of "_s % profile.headerName : u"Token"_s;
}

void login(Terminal &terminal, const QString &name, SecretKind kind)
{
    const auto profile = profileNamed(terminal, name);
    if (!profile)
        return;
    if (profile->isLocalWorkspace()
        || (kind == SecretKind::Login && profile->auth == AuthKind::None)) {
        terminal.fail(makeError(ErrorKind::InvalidInput,
            u"The profile '%1' logs in without a secret."_s.arg(profile->name),
            u"Say how it logs in: signalboxctl profile add NAME --replace --auth basic --user U"_s));
        return;
    }
    const Result<QString> secret = readSecret(promptFor(*profile, kind));
    if (!secret) {
        terminal.fail(secret.error());
        return;
    }
    ProfileSecrets typed;
    if (kind == SecretKind::Login)
        typed.login = *secret;
    else if (kind == SecretKind::KeyPassphrase)
        typed.keyPassphrase = *secret;
    else
        typed.proxyPassword = *secret;
    save(terminal, *profile, typed, false);
}

void printStep(Terminal &terminal, const ConnectionStep &step)
{
    terminal.out.verdict(step.state != StepVerdict::Failed, nameOf(step.state).leftJustified(9),
        step.name.leftJustified(11) % step.detail);
    if (!step.fix.isEmpty() && step.state != StepVerdict::Passed
        && step.state != StepVerdict::Failed)
        terminal.out.line(QString(20, u' ') % step.fix);
}

void conclude(Terminal &terminal, const ConnectionReport &report)
{
    QJsonArray steps;
    for (const ConnectionStep &step : report.steps)
        steps.append(toJson(step));
    const QJsonObject document{{u"steps"_s, steps}, {u"ok"_s, !report.error.has_value()}};
    if (report.error) {
        terminal.fail(*report.error, document);
        return;
    }
    if (terminal.out.json)
        terminal.out.document(document);
    terminal.succeed();
}

Result<RestConfig> configToTest(Terminal &terminal, const QString &name)
{
    Session &session = terminal.session();
    if (name.isEmpty())
        return session.presentConfig();
    const Result<Profile> profile = session.profiles().find(name);
    if (!profile)
        return profile.failure();
    if (!profile->isLocalWorkspace())
        return session.configFor(*profile);
    const Result<QUrl> address = session.localServer().address();
    if (!address)
        return address.failure();
    RestConfig config;
    config.baseUrl = *address;
    return config;
}

void test(Terminal &terminal, const QString &name)
{
    const Result<RestConfig> config = configToTest(terminal, name);
    if (!config) {
        terminal.fail(config.error());
        return;
    }
    terminal.limitByTimeout();
    auto *run = new ConnectionTest(*config, &terminal);
    if (!terminal.out.json) {
        QObject::connect(run, &ConnectionTest::stepDone, &terminal,
            [&terminal](const ConnectionStep &step) { printStep(terminal, step); });
    }
    terminal.await(
        run->run(), [&terminal](const ConnectionReport &report) { conclude(terminal, report); });
}

} // namespace

void addProfileCommands(CLI::App &app, Terminal &terminal)
{
    CLI::App *profile = app.add_subcommand("profile", "Saved connections and their secrets");
    profile->require_subcommand(1);
    profile->add_subcommand("list", "All of them; * is the active one")->callback([&] {
        terminal.command = [&] { list(terminal); };
    });
    auto options = std::make_shared<ProfileOptions>();
    CLI::App *adding = profile->add_subcommand("add", "Add or change one");
    options->addTo(*adding);
    adding->callback([&terminal, options] {
        terminal.command = [&terminal, options] { add(terminal, *options); };
    });
    const auto named = [&terminal, profile](const char *word, const char *what, bool required,
                           std::function<void(Terminal &, const QString &)> run) {
        auto name = std::make_shared<std::string>();
        CLI::App *command = profile->add_subcommand(word, what);
        command->add_option("name", *name, "The profile")->required(required);
        command->callback([&terminal, name, run] {
            terminal.command = [&terminal, name, run] {
                run(terminal, QString::fromStdString(*name));
            };
        });
        return command;
    };
    named("show", "One of them, by default the active one", false, show);
    named("remove", "Remove it and its keychain entry", true, remove);
    named("use", "Make it the active one", true, use);
    named("test", "Try the connection step by step", false, test);
    auto kind = std::make_shared<SecretKind>(SecretKind::Login);
    CLI::App *loggingIn = named("login", "Store its secret, read from stdin or typed without echo",
        false, [kind](Terminal &t, const QString &name) { login(t, name, *kind); });
    loggingIn->add_flag_callback(
        "--key-passphrase", [kind] { *kind = SecretKind::KeyPassphrase; },
        "The client key's passphrase instead");
    loggingIn->add_flag_callback(
        "--proxy-password", [kind] { *kind = SecretKind::ProxyPassword; },
        "The proxy's password instead");
}

} // namespace signalbox
