// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QtCore/QString>

#include <memory>

namespace signalbox {

//! A file that was opened inside the folder; stays the same file whatever its path becomes.
class OpenedFile final {
public:
    explicit OpenedFile(int fd)
        : m_fd(fd)
    {
    }
    ~OpenedFile();
    Q_DISABLE_COPY_MOVE(OpenedFile)
    //! A path that leads to this file as long as this object lives.
    [[nodiscard]] QString path() const;

private:
    int m_fd;
};

/*! The one folder whose files the input of `record` may name. Whoever writes the input cannot
 *  reach anything else: no absolute path, no "..", no link that leads out, also when the folder
 *  changes meanwhile. */
class ArtifactFolder final {
public:
    //! InvalidInput when it is no folder.
    [[nodiscard]] static Result<std::shared_ptr<ArtifactFolder>> open(const QString &path);
    ~ArtifactFolder();
    Q_DISABLE_COPY_MOVE(ArtifactFolder)

    //! A regular file below the folder, or why there is none.
    [[nodiscard]] Result<std::shared_ptr<OpenedFile>> file(const QString &relative) const;

private:
    explicit ArtifactFolder(int fd)
        : m_fd(fd)
    {
    }
    int m_fd;
};

} // namespace signalbox
