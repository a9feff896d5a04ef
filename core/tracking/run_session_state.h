// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tracking/connector.h"
#include "core/tracking/run_session.h"

#include <QtCore/QPointer>

namespace signalbox {

//! What a RunSession and its Connector share. The link is filled in by the Connector.
struct RunSession::State {
    QPointer<Connector> connector;
    RunLink link;
    bool live = true;
    int exceptions = 0; //!< In flight when the run began: more of them means that we unwind.
};

} // namespace signalbox
