// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tracking/connector.h"
#include "core/tracking/run_session.h"

#include <QtCore/QPointer>
#include <QtCore/QSet>

namespace signalbox {

//! What a RunSession and its Connector share. The link is filled in by the Connector.
struct RunSession::State {
    QPointer<Connector> connector;
    RunLink link;
    bool live = true;
    //! Artifact paths and the folders that they imply; one name cannot be both on the server.
    QSet<QString> files;
    QSet<QString> folders;
    int exceptions = 0; //!< In flight when the run began: more of them means that we unwind.
};

} // namespace signalbox
