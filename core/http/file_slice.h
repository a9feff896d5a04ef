// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QFile>
#include <QtCore/QIODevice>

namespace signalbox {

//! A part of a file as a body to send; reads from the disk as it is asked, keeps nothing.
class FileSlice final : public QIODevice {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FileSlice)

public:
    //! `length` -1 means to the end of the file as it is when opened.
    FileSlice(const QString &file, qint64 offset, qint64 length);
    ~FileSlice() override;
    [[nodiscard]] bool openForReading();
    [[nodiscard]] qint64 size() const override { return m_length; }
    bool seek(qint64 position) override;

protected:
    qint64 readData(char *data, qint64 most) override;
    qint64 writeData(const char *data, qint64 length) override;

private:
    QFile m_file;
    qint64 m_offset;
    qint64 m_length;
};

} // namespace signalbox
