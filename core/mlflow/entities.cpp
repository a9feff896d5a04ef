// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/entities.h"

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

namespace {

using StatusWord = std::pair<RunStatus, QStringView>;
constexpr std::array<StatusWord, 5> kStatusWords{{
    {RunStatus::Running, u"RUNNING"},
    {RunStatus::Scheduled, u"SCHEDULED"},
    {RunStatus::Finished, u"FINISHED"},
    {RunStatus::Failed, u"FAILED"},
    {RunStatus::Killed, u"KILLED"},
}};

template <typename List> auto findKey(const List &list, const QString &key)
{
    return std::find_if(
        list.cbegin(), list.cend(), [&key](const auto &item) { return item.key == key; });
}

} // namespace

QString tagValue(const TagList &tags, const QString &key)
{
    const auto it = findKey(tags, key);
    return it == tags.cend() ? QString() : it->value;
}

QString nameOf(RunStatus status)
{
    const auto it = std::find_if(kStatusWords.begin(), kStatusWords.end(),
        [status](const StatusWord &word) { return word.first == status; });
    return it == kStatusWords.end() ? u"UNKNOWN"_s : it->second.toString();
}

RunStatus runStatusFrom(const QString &word)
{
    const auto it = std::find_if(kStatusWords.begin(), kStatusWords.end(),
        [&word](const StatusWord &candidate) { return candidate.second == word; });
    return it == kStatusWords.end() ? RunStatus::Unknown : it->first;
}

QString nameOf(ViewType type)
{
    switch (type) {
    case ViewType::ActiveOnly:
        return u"ACTIVE_ONLY"_s;
    case ViewType::DeletedOnly:
        return u"DELETED_ONLY"_s;
    case ViewType::All:
        return u"ALL"_s;
    }
    return u"ACTIVE_ONLY"_s;
}

std::optional<double> Run::metric(const QString &key) const
{
    const auto it = findKey(metrics, key);
    return it == metrics.cend() ? std::nullopt : std::optional<double>(it->value);
}

QString Run::param(const QString &key) const
{
    const auto it = findKey(params, key);
    return it == params.cend() ? QString() : it->value;
}

LoggedModelId ModelVersion::loggedModelId() const
{
    static constexpr QStringView kScheme = u"models:/";
    const QStringView rest = QStringView(source).mid(kScheme.size());
    if (!source.startsWith(kScheme) || !rest.startsWith(u"m-") || rest.contains(u'/'))
        return {};
    return LoggedModelId(rest.toString());
}

int ServerInfo::major() const
{
    return version.section(u'.', 0, 0).toInt();
}

int ServerInfo::minor() const
{
    const QString text = version.section(u'.', 1, 1);
    const auto end =
        std::find_if_not(text.cbegin(), text.cend(), [](QChar c) { return c.isDigit(); });
    return text.left(end - text.cbegin()).toInt();
}

bool ServerInfo::sortsHistory() const
{
    return major() >= 3 && storeType == u"SqlStore"_s;
}

} // namespace signalbox::mlflow
