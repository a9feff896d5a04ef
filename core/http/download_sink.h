// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/http_message.h"

#include <QtCore/QByteArray>
#include <QtCore/QFile>
#include <QtCore/QString>

namespace signalbox {

/*! The file that an answer is streamed into. The target appears whole or not at all. A resumable
 *  sink keeps what has arrived beside the target, with the server's validator, so that the next
 *  attempt, also of another process, asks only for the rest and never joins parts of two files.
 *  Two downloads of the same target at once do not share a part. One attempt at a time. */
class DownloadSink final {
public:
    DownloadSink(QString target, bool resumable);
    ~DownloadSink();
    Q_DISABLE_COPY_MOVE(DownloadSink)

    [[nodiscard]] bool isWanted() const { return !m_target.isEmpty(); }
    //! What the next request must carry to get the rest only; sets aside what cannot go on.
    [[nodiscard]] HeaderList begin();
    //! Bytes that are there already when the answer is `status`.
    [[nodiscard]] qint64 offset(int status) const { return status == 206 ? m_from : 0; }
    //! False when the file cannot be written or the answer is not the asked part.
    [[nodiscard]] bool write(const QByteArray &chunk, int status, const QByteArray &contentRange,
        const QByteArray &validator);
    //! Gives the file its name. Also for an empty answer.
    [[nodiscard]] bool commit(
        int status, const QByteArray &contentRange, const QByteArray &validator);
    //! Ends an attempt: keeps what can be continued, removes the rest.
    void leave();
    //! Forgets what is there, after the server refused to continue it.
    void restart();
    [[nodiscard]] QString errorString() const;

private:
    [[nodiscard]] bool open(
        int status, const QByteArray &contentRange, const QByteArray &validator);
    [[nodiscard]] bool lockPart();
    [[nodiscard]] QString partName() const;
    [[nodiscard]] QString tagName() const;
    QString m_target;
    bool m_resumable;
    QFile m_file;
    QString m_error;
    QByteArray m_validator; //!< Of what is in the part; empty when it cannot be continued.
    qint64 m_from = 0;
    qint64 m_total = -1;
    bool m_writing = false;
};

} // namespace signalbox
