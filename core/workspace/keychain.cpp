// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/keychain.h"

#include <QtCore/QFileInfo>
#include <QtCore/QTimer>
#include <QtDBus/QDBusConnection>
#include <QtDBus/QDBusMessage>
#include <QtDBus/QDBusPendingCallWatcher>
#include <QtDBus/QDBusPendingReply>
#include <QtDBus/QDBusVariant>

#include <qt6keychain/keychain.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr std::chrono::milliseconds kLimit = 3s;

QString service()
{
    return u"Signalbox"_s;
}

bool hasSessionBus()
{
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    return !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS")
        || (!runtime.isEmpty() && QFileInfo::exists(QString(runtime % u"/bus"_s)));
}

Error errorOf(const QKeychain::Job &job)
{
    const QString detail = job.errorString();
    if (detail.contains(u"locked"_s, Qt::CaseInsensitive))
        return keychainError(u"KEYCHAIN_LOCKED"_s);
    switch (job.error()) {
    case QKeychain::EntryNotFound:
        return keychainError(u"KEYCHAIN_MISSING"_s);
    case QKeychain::AccessDeniedByUser:
    case QKeychain::AccessDenied:
        return keychainError(u"KEYCHAIN_DENIED"_s, detail);
    case QKeychain::NoError:
    case QKeychain::CouldNotDeleteEntry:
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented:
    case QKeychain::OtherError:
        break;
    }
    return keychainError(u"KEYCHAIN_UNAVAILABLE"_s, detail);
}

/*! Starts the job and hands its outcome on, or says so after the limit. The job is left to end by
 *  itself: the library's own callbacks still point to it. */
template <typename Job, typename Done>
void run(Job *job, QObject *context, const std::function<void(const Error &)> &silent, Done done)
{
    job->setInsecureFallback(false);
    QObject::connect(job, &QKeychain::Job::finished, context, [job, done] { done(*job); });
    QTimer::singleShot(kLimit, context, [silent] { silent(keychainError(u"KEYCHAIN_SILENT"_s)); });
    job->start();
}

/*! A locked keychain answers "no such entry", so it is asked whether it is locked. Anything but a
 *  clear yes leaves it at the missing entry. */
void tellLockedFromMissing(const Promise<QByteArray> &promise, QObject *context)
{
    QDBusMessage question = QDBusMessage::createMethodCall(u"org.freedesktop.secrets"_s,
        u"/org/freedesktop/secrets/aliases/default"_s, u"org.freedesktop.DBus.Properties"_s,
        u"Get"_s);
    question << u"org.freedesktop.Secret.Collection"_s << u"Locked"_s;
    auto *watcher = new QDBusPendingCallWatcher(
        QDBusConnection::sessionBus().asyncCall(question, static_cast<int>(kLimit.count())),
        context);
    QObject::connect(watcher, &QDBusPendingCallWatcher::finished, context, [promise, watcher] {
        const QDBusPendingReply<QDBusVariant> reply = *watcher;
        const bool locked = reply.isValid() && reply.value().variant().toBool();
        promise.resolve(
            Failure(keychainError(locked ? u"KEYCHAIN_LOCKED"_s : u"KEYCHAIN_MISSING"_s)));
        watcher->deleteLater();
    });
}

template <typename T> Call<T> unavailable()
{
    return Call<T>::finished(
        Failure(keychainError(u"KEYCHAIN_UNAVAILABLE"_s, u"there is no session bus"_s)));
}

template <typename Job> Call<void> runPlain(Job *job, QObject *context)
{
    const Promise<void> promise;
    run(
        job, context, [promise](const Error &error) { promise.resolve(Failure(error)); },
        [promise](const Job &done) {
            const bool fine = done.error() == QKeychain::NoError
                || (std::is_same_v<Job,
                        QKeychain::DeletePasswordJob> && done.error() == QKeychain::EntryNotFound);
            promise.resolve(fine ? Result<void>() : Result<void>(Failure(errorOf(done))));
        });
    return promise.call();
}

} // namespace

Error keychainError(const QString &code, const QString &detail)
{
    QString message;
    QString hint;
    if (code == u"KEYCHAIN_LOCKED") {
        message = u"The keychain is locked."_s;
        hint = u"Unlock it (log in to the desktop, or open its password manager) and try again."_s;
    } else if (code == u"KEYCHAIN_MISSING") {
        message = u"The keychain has no entry for this connection any more."_s;
        hint = u"Enter the secret again: signalboxctl profile login NAME, or in the settings."_s;
    } else if (code == u"KEYCHAIN_SILENT") {
        message = u"The keychain did not answer within 3 seconds."_s;
        hint = u"It may be asking for its password in a window of its own. Answer it and try "
               "again."_s;
    } else if (code == u"KEYCHAIN_DENIED") {
        message = u"The keychain refused access: "_s % detail % u'.';
        hint = u"Allow Signalbox to use it in the desktop's password manager."_s;
    } else {
        message = detail.isEmpty() ? u"There is no keychain on this machine."_s
                                   : QString(u"There is no keychain: "_s % detail % u'.');
        hint = u"Install and start gnome-keyring or KWallet in the desktop session. Without one, "
               "use --tracking-uri with MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."_s;
    }
    Error error = makeError(ErrorKind::Local, message, hint);
    error.apiCode = code;
    return error;
}

Call<QByteArray> SystemKeychain::read(const QString &key)
{
    if (!hasSessionBus())
        return unavailable<QByteArray>();
    auto *job = new QKeychain::ReadPasswordJob(service());
    job->setKey(key);
    const Promise<QByteArray> promise;
    run(
        job, this, [promise](const Error &error) { promise.resolve(Failure(error)); },
        [promise, this](const QKeychain::ReadPasswordJob &done) {
            if (done.error() == QKeychain::NoError)
                promise.resolve(done.binaryData());
            else if (done.error() == QKeychain::EntryNotFound)
                tellLockedFromMissing(promise, this);
            else
                promise.resolve(Failure(errorOf(done)));
        });
    return promise.call();
}

Call<void> SystemKeychain::write(const QString &key, const QByteArray &secret)
{
    if (!hasSessionBus())
        return unavailable<void>();
    auto *job = new QKeychain::WritePasswordJob(service());
    job->setKey(key);
    job->setBinaryData(secret);
    return runPlain(job, this);
}

Call<void> SystemKeychain::remove(const QString &key)
{
    if (!hasSessionBus())
        return unavailable<void>();
    auto *job = new QKeychain::DeletePasswordJob(service());
    job->setKey(key);
    return runPlain(job, this);
}

} // namespace signalbox
