// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QtCore/QByteArray>
#include <QtCore/QJsonObject>

namespace signalbox {

enum class EngineEventKind : quint8 {
    Progress,
    Metric,
    Param,
    Tag,
    Artifact,
    Model,
    Log,
    Result,
    Error,
    Unknown, //!< Of a newer engine; to be ignored.
};

//! One line of the engine, checked: every field that its kind needs is there and has its type.
struct EngineEvent {
    EngineEventKind kind = EngineEventKind::Unknown;
    QJsonObject fields;
};

inline constexpr qsizetype kEngineLineLimit = 1 << 20;
inline constexpr qsizetype kEngineResultLimit = 32 << 20; //!< Of the `result` line: wide previews.

//! The largest allowed size of a line that begins with `start`.
[[nodiscard]] qsizetype engineLineLimit(const QByteArray &start);

//! Engine error with apiCode "protocol" for anything that is not an event as described.
[[nodiscard]] Result<EngineEvent> parseEngineLine(const QByteArray &line);

/*! The absolute path of `relative` inside the job folder: a regular file. Refuses absolute paths,
 *  "..", and links on the way, so that a compute process cannot make us upload a foreign file. */
[[nodiscard]] Result<QString> engineFile(const QString &jobDir, const QString &relative);
//! The same for a folder whose whole content is regular files and folders.
[[nodiscard]] Result<QString> engineFolder(const QString &jobDir, const QString &relative);

/*! What an `error` line means to the caller: the engine's kind becomes the apiCode; what the user's
 *  data or options caused is InvalidInput, the rest Engine. */
[[nodiscard]] Error engineError(const QJsonObject &fields);

} // namespace signalbox
