// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QFile>
#include <QtCore/QStringList>

namespace signalbox {

//! What a compute process says on stderr: a file of bounded size, and its last lines in memory.
class JobLog final {
public:
    explicit JobLog(const QString &path)
        : m_file(path)
    {
    }
    [[nodiscard]] QString path() const { return m_file.fileName(); }
    void append(const QByteArray &bytes);
    void close();
    //! The last `count` lines as one text, redacted; for messages.
    [[nodiscard]] QString tail(qsizetype count) const;

private:
    QFile m_file;
    QByteArray m_last;
    qint64 m_written = 0;
};

} // namespace signalbox
