// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QtCore/QString>

namespace signalbox {

/*! Where this installation keeps its state: `$SIGNALBOX_HOME`, else the XDG data folder. Several
 *  processes may share one. Value type; folders are made on demand with mode 0700. */
class Home final {
public:
    [[nodiscard]] static Home fromEnvironment();
    explicit Home(QString root);

    [[nodiscard]] const QString &root() const { return m_root; }
    [[nodiscard]] QString path(const QString &relative) const;
    //! Creates `relative` (0700) and returns it; Local error that names folder and remedy.
    [[nodiscard]] Result<QString> folder(const QString &relative) const;
    //! A new empty folder below `jobs/` for one compute process; removes those a week old, which
    //! a crash left behind.
    [[nodiscard]] Result<QString> newJobFolder() const;
    [[nodiscard]] QString environmentDir() const; //!< `$SIGNALBOX_ENV_DIR`, else `env` in the home.
    //! The same for the life of the home; made on first use.
    [[nodiscard]] Result<QString> workspaceId() const;
    //! resources/ of the installation or the source tree: engine, policies, examples.
    [[nodiscard]] static QString resourcesDir();

private:
    QString m_root;
};

} // namespace signalbox
