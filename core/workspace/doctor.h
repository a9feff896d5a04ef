// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/workspace/home.h"

#include <QtCore/QList>

namespace signalbox {

class LocalServer;
class PythonEnvironment;

//! One thing the programs need on this machine. Plain text.
struct DoctorCheck {
    QString name; //!< Stable word: "display", "fonts", "keychain", "python", ...
    bool ok = false;
    QString detail; //!< What was found.
    QString fix; //!< What to do when it is not ok.
};

/*! Looks at display, fonts, keychain, Python environment, local server, home, disk and other users.
 *  Changes nothing and sends no request. Main thread; cancelled when `context` dies. */
[[nodiscard]] Call<QList<DoctorCheck>> runDoctor(const Home &home,
    const PythonEnvironment &environment, const LocalServer &server, QObject *context);

} // namespace signalbox
