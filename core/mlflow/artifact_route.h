// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/http/http_message.h"

#include <QtCore/QUrl>

//! Which address of the server stands for a file below an artifact root. Pure functions.
namespace signalbox::mlflow {

//! Relative to the server's base URL; the path is percent-encoded, the query is not.
struct ArtifactRoute {
    QString path;
    QueryList query;
};

/*! The server's artifact proxy: for `mlflow-artifacts:/...`, for the same with an authority when
 *  that is this server, and for http(s) roots of the same origin. Refused for every other root,
 *  because credentials must not travel to other hosts and storage is out of the client's reach. */
[[nodiscard]] Result<ArtifactRoute> routeForWriting(
    const QUrl &server, const QString &artifactUri, const QString &path);

/*! As above; for roots that only the server can reach, and for runs of MLflow 2 (whose proxy breaks
 *  on some names), the address through which the server itself reads the file. `serverMajor` is 0
 *  while unknown. */
[[nodiscard]] Result<ArtifactRoute> routeForReading(
    const QUrl &server, const QString &artifactUri, const QString &path, int serverMajor);

} // namespace signalbox::mlflow
