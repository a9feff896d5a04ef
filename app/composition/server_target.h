// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/composition/session.h"

namespace signalbox {

//! Which server to talk to, and as whom; decided from options, environment and profiles.
struct ServerTarget {
    ServerOrigin origin = ServerOrigin::LocalWorkspace;
    QUrl url; //!< Without user-info; empty for the local workspace.
    QString title;
    JournalIdentity identity; //!< Its key is empty for the local workspace until that is opened.
    LinkSettings link; //!< Complete for an address; a profile's secrets come later.
    QString workspace; //!< MLflow workspace.
    Profile profile; //!< For origin Profile.
    bool stayOffline = false;
    QString notice; //!< What the user should know; empty mostly.
};

/*! `--tracking-uri`, else `--profile`, else `MLFLOW_TRACKING_URI`, else the active profile, which
 * is the local workspace at first. InvalidInput for a bad address, NotFound for an unknown profile.
 */
[[nodiscard]] Result<ServerTarget> resolveTarget(
    const SessionOptions &options, const ProfileStore &profiles, const QString &userHome);

//! A profile as a target, its secrets left open.
[[nodiscard]] ServerTarget targetOf(const Profile &profile);

/*! "uri-" and a digest of scheme, host, port, path and MLflow workspace: the journal of an address
 *  without a profile. Who logs in does not matter. */
[[nodiscard]] QString journalKeyOf(const QUrl &url, const QString &workspace = {});

//! The standing warning about a connection whose certificate nobody checks; empty for others.
[[nodiscard]] QString insecurityWarning(const ServerTarget &target);

} // namespace signalbox
