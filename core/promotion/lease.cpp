// SPDX-License-Identifier: Apache-2.0
#include "core/promotion/lease.h"

#include "core/json/json_writer.h"

#include <QtCore/QJsonDocument>

using namespace Qt::StringLiterals;

namespace signalbox {

QString leaseTagKey()
{
    return u"signalbox.lease"_s;
}

mlflow::Tag Lease::toTag() const
{
    const QJsonObject json{{u"operation"_s, operation}, {u"expires"_s, expires}, {u"by"_s, by}};
    return {leaseTagKey(), QString::fromUtf8(compactJson(json))};
}

LeaseState leaseState(const mlflow::TagList &modelTags, const QString &operation, qint64 nowMs)
{
    const QByteArray text = mlflow::tagValue(modelTags, leaseTagKey()).toUtf8();
    const QJsonObject json = QJsonDocument::fromJson(text).object();
    if (json.isEmpty())
        return LeaseState::Absent;
    if (json.value(u"operation"_s).toString() == operation)
        return LeaseState::Mine;
    return json.value(u"expires"_s).toInteger() > nowMs ? LeaseState::Foreign : LeaseState::Absent;
}

} // namespace signalbox
