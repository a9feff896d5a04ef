// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/workspace/python_environment.h"

#include <QtCore/QProcessEnvironment>
#include <QtCore/QString>

namespace signalbox {

/*! What the files of an environment say; no process is started. The marker is written last and
 *  holds the digest of the locked requirements that were installed. */
struct EnvironmentFiles final {
    QString folder; //!< The virtual environment.
    QString requirements; //!< requirements.lock
    QString bootstrap; //!< requirements-bootstrap.txt, the installer itself

    [[nodiscard]] static EnvironmentFiles at(const QString &folder, const QString &resourcesDir);
    [[nodiscard]] QString python() const;
    [[nodiscard]] QString marker() const;
    //! Beside the folder: making the environment empties the folder.
    [[nodiscard]] QString lockFile() const;
    [[nodiscard]] QByteArray requirementsDigest() const; //!< Hex; empty when unreadable.
    [[nodiscard]] QByteArray installedDigest() const; //!< What the marker says.
    [[nodiscard]] EnvironmentStatus status() const;
    //! True when the folder may be filled: missing, empty, or made by an earlier creation.
    [[nodiscard]] bool mayBeFilled() const;
};

//! Our environment without what would redirect a Python to other packages.
[[nodiscard]] QProcessEnvironment pythonProcessEnvironment();

} // namespace signalbox
