// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/profile.h"

#include "core/workspace/file_lock.h"
#include "core/workspace/profile_json.h"

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QSaveFile>
#include <QtCore/QUuid>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qint64 kLargestFile = 4 * 1024 * 1024;

Profile localWorkspace()
{
    Profile profile;
    profile.name = ProfileStore::localWorkspaceName();
    profile.id = u"local"_s;
    return profile;
}

//! The readable object of the file, or nothing when it is damaged.
std::optional<QJsonObject> readObject(const QString &file)
{
    QFile f(file);
    if (!f.open(QIODevice::ReadOnly) || f.size() > kLargestFile)
        return std::nullopt;
    const QJsonDocument document = QJsonDocument::fromJson(f.readAll());
    return document.isObject() ? std::optional(document.object()) : std::nullopt;
}

Failure notFound(const QString &name, const QList<Profile> &known)
{
    QStringList names;
    for (const Profile &profile : known)
        names << profile.name;
    return Failure(ErrorKind::NotFound, u"There is no profile named '%1'."_s.arg(name),
        u"Known profiles: %1."_s.arg(names.join(u", "_s)));
}

auto byName(const QString &name)
{
    return [name](const Profile &profile) { return profile.name == name; };
}

} // namespace

QString ProfileStore::localWorkspaceName()
{
    return u"Local workspace"_s;
}

ProfileStore::Content ProfileStore::read() const
{
    Content content;
    content.profiles << localWorkspace();
    const std::optional<QJsonObject> object = readObject(m_home.path(u"profiles.json"_s));
    if (!object)
        return content;
    content.active = object->value(u"active").toString();
    const QJsonArray stored = object->value(u"profiles").toArray();
    for (const QJsonValue &value : stored) {
        const Profile profile = profileFrom(value.toObject());
        if (profile.id == u"local")
            content.profiles.first().stayOffline = profile.stayOffline;
        else if (checkProfile(profile) && !profile.isLocalWorkspace())
            content.profiles << profile;
    }
    return content;
}

QList<Profile> ProfileStore::profiles() const
{
    return read().profiles;
}

Profile ProfileStore::active() const
{
    const Content content = read();
    const auto found =
        std::find_if(content.profiles.begin(), content.profiles.end(), byName(content.active));
    return found == content.profiles.end() ? content.profiles.first() : *found;
}

Result<Profile> ProfileStore::find(const QString &name) const
{
    const QList<Profile> known = profiles();
    const auto found = std::find_if(known.begin(), known.end(), byName(name));
    if (found == known.end())
        return notFound(name, known);
    return *found;
}

Result<Profile> ProfileStore::findById(const QString &id) const
{
    const QList<Profile> known = profiles();
    const auto found = std::find_if(
        known.begin(), known.end(), [&id](const Profile &profile) { return profile.id == id; });
    if (found == known.end())
        return Failure(ErrorKind::NotFound, u"The profile in use was removed."_s,
            u"Choose another connection."_s);
    return *found;
}

Result<void> ProfileStore::write(const Content &content) const
{
    QJsonArray profiles;
    for (const Profile &profile : content.profiles)
        profiles << toJson(profile);
    const QJsonObject object{
        {u"version"_s, 1}, {u"active"_s, content.active}, {u"profiles"_s, profiles}};
    QSaveFile file(m_home.path(u"profiles.json"_s));
    if (file.open(QIODevice::WriteOnly)) {
        file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
        file.write(QJsonDocument(object).toJson());
        if (file.commit())
            return {};
    }
    return Failure(ErrorKind::Local,
        u"The profiles cannot be saved in %1: %2."_s.arg(file.fileName(), file.errorString()),
        u"Check free space and permissions."_s);
}

Result<void> ProfileStore::change(const std::function<Result<void>(Content &)> &edit)
{
    if (const Result<QString> root = m_home.folder({}); !root)
        return root.failure();
    FileLock lock(m_home.path(u"profiles.lock"_s));
    if (!lock.lock())
        return Failure(ErrorKind::Local,
            u"The profiles in %1 cannot be locked: %2."_s.arg(m_home.root(), lock.problem()),
            u"Check permissions of the folder."_s);
    // A damaged file is put aside, never overwritten: its owner may want to repair it.
    const QString file = m_home.path(u"profiles.json"_s);
    if (QFile::exists(file) && !readObject(file)) {
        QFile::remove(file + u".damaged"_s);
        QFile::rename(file, file + u".damaged"_s);
    }
    Content content = read();
    if (const Result<void> edited = edit(content); !edited)
        return edited;
    return write(content);
}

Result<void> ProfileStore::save(const Profile &profile)
{
    if (const Result<void> checked = checkProfile(profile); !checked)
        return checked;
    return change([&profile](Content &content) -> Result<void> {
        Profile wanted = profile;
        if (wanted.isLocalWorkspace()) {
            content.profiles.first().stayOffline = wanted.stayOffline;
            return {};
        }
        if (wanted.name == localWorkspaceName())
            return Failure(ErrorKind::InvalidInput,
                u"The name '%1' is taken by the workspace of this machine."_s.arg(wanted.name),
                u"Choose another name."_s);
        const auto same = [&wanted](const Profile &known) {
            return wanted.id.isEmpty() ? known.name == wanted.name : known.id == wanted.id;
        };
        const auto at = std::find_if(content.profiles.begin(), content.profiles.end(), same);
        if (at == content.profiles.end()) {
            if (wanted.id.isEmpty())
                wanted.id = QUuid::createUuid().toString(QUuid::Id128);
            content.profiles << wanted;
            return {};
        }
        wanted.id = at->id;
        if (content.active == at->name)
            content.active = wanted.name;
        *at = wanted;
        return {};
    });
}

Result<void> ProfileStore::setActive(const QString &name)
{
    return change([&name](Content &content) -> Result<void> {
        if (std::none_of(content.profiles.begin(), content.profiles.end(), byName(name)))
            return notFound(name, content.profiles);
        content.active = name;
        return {};
    });
}

Result<void> ProfileStore::remove(const QString &name)
{
    return change([&name](Content &content) -> Result<void> {
        if (name == localWorkspaceName())
            return Failure(ErrorKind::InvalidInput, u"The local workspace cannot be removed."_s,
                u"Stop its server instead."_s);
        if (content.profiles.removeIf(byName(name)) == 0)
            return notFound(name, content.profiles);
        if (content.active == name)
            content.active = localWorkspaceName();
        return {};
    });
}

} // namespace signalbox
