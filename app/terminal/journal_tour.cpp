// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/journal_tour.h"

#include <QtCore/QDir>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

Result<JournalSeen> look(const QString &folder, const JournalFilter &filter, int limit)
{
    JournalSeen seen;
    seen.folder = folder;
    const auto review = JournalReview::open(folder);
    if (!review)
        return review.failure();
    const auto identity = (*review)->identity();
    const auto status = (*review)->status();
    const auto items = (*review)->items(filter, limit);
    if (!identity)
        return identity.failure();
    if (!status)
        return status.failure();
    if (!items)
        return items.failure();
    seen.identity = identity.value();
    seen.status = status.value();
    seen.items = items.value();
    seen.replayer = (*review)->replayer();
    return seen;
}

} // namespace

Result<QList<JournalSeen>> lookAtJournals(
    Terminal &terminal, bool all, const JournalFilter &filter, int limit)
{
    if (!all) {
        const auto folder = terminal.session().journalFolder();
        if (!folder)
            return folder.failure();
        const auto seen = look(folder.value(), filter, limit);
        return seen ? Result<QList<JournalSeen>>(QList<JournalSeen>{seen.value()})
                    : Result<QList<JournalSeen>>(seen.failure());
    }
    const QDir root(terminal.session().home().path(u"journal"_s));
    QList<JournalSeen> list;
    const QStringList names = root.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name);
    for (const QString &name : names) {
        const auto seen = look(root.filePath(name), filter, limit);
        JournalSeen broken;
        broken.folder = root.filePath(name);
        broken.identity.key = name;
        if (!seen)
            broken.error = seen.error();
        list << (seen ? seen.value() : broken);
    }
    return list;
}

JournalStatus sumOf(const QList<JournalSeen> &seen)
{
    JournalStatus sum;
    for (const JournalSeen &one : seen) {
        sum.pendingRuns += one.status.pendingRuns;
        sum.pendingBatches += one.status.pendingBatches;
        sum.pendingPoints += one.status.pendingPoints;
        sum.pendingArtifacts += one.status.pendingArtifacts;
        sum.pendingRegistrations += one.status.pendingRegistrations;
        if (sum.trouble.isEmpty())
            sum.trouble = one.status.trouble;
        sum.parked << one.status.parked;
        sum.incidents << one.status.incidents;
    }
    return sum;
}

JournalTour::JournalTour(Terminal &terminal, std::chrono::milliseconds limit)
    : m_terminal(terminal)
    , m_limit(limit)
{
}

Call<JournalStatus> JournalTour::flush()
{
    const auto seen = lookAtJournals(m_terminal, true, {}, 0);
    if (!seen)
        return Call<JournalStatus>::finished(seen.failure());
    m_open = seen.value();
    next();
    return m_promise.call();
}

std::optional<SessionOptions> JournalTour::optionsFor(const JournalIdentity &identity) const
{
    SessionOptions options = m_terminal.options;
    options.trackingUri.clear();
    options.profile.clear();
    if (identity.key.startsWith("uri-"_L1)) {
        options.trackingUri = identity.title;
        return options;
    }
    const QList<Profile> profiles = m_terminal.session().profiles().profiles();
    for (const Profile &profile : profiles) {
        const bool isIt = profile.isLocalWorkspace()
            ? identity.key.startsWith("workspace-"_L1)
            : identity.key.startsWith(u"profile-"_s + profile.id);
        if (!isIt)
            continue;
        options.profile = profile.name;
        return options;
    }
    return std::nullopt;
}

void JournalTour::next()
{
    m_session.reset();
    while (!m_open.isEmpty()) {
        const JournalSeen one = m_open.takeFirst();
        const auto options = optionsFor(one.identity);
        if (one.status.isEmpty() || one.error)
            continue;
        if (options) {
            flushAs(*options);
            return;
        }
        m_terminal.out.message(u"The connection \"%1\" no longer exists: its journal stays."_s.arg(
            one.identity.title.isEmpty() ? one.identity.key : one.identity.title));
    }
    end();
}

void JournalTour::flushAs(const SessionOptions &options)
{
    m_session = std::make_unique<Session>(options);
    m_session->openAndStart().then(this, [this](const Result<void> &opened) {
        if (!opened) {
            m_trouble = opened.error();
            next();
            return;
        }
        const auto flushed = m_session->connector().flush(m_limit);
        flushed.then(this, [this](const Result<JournalStatus> &left) {
            if (left && !left->isEmpty())
                m_trouble = m_session->connector().replayTrouble();
            next();
        });
    });
}

void JournalTour::end()
{
    const auto seen = lookAtJournals(m_terminal, true, {}, 0);
    if (!seen) {
        m_promise.resolve(seen.failure());
        return;
    }
    m_seen = seen.value();
    m_promise.resolve(sumOf(m_seen));
}

} // namespace signalbox
