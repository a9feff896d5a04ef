// SPDX-License-Identifier: Apache-2.0
#include "core/http/file_slice.h"

#include <algorithm>

namespace signalbox {

FileSlice::FileSlice(const QString &file, qint64 offset, qint64 length)
    : m_file(file)
    , m_offset(offset)
    , m_length(length)
{
}

FileSlice::~FileSlice() = default;

bool FileSlice::openForReading()
{
    if (!m_file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) || !m_file.seek(m_offset)) {
        setErrorString(m_file.errorString());
        return false;
    }
    const qint64 rest = std::max<qint64>(0, m_file.size() - m_offset);
    m_length = m_length < 0 ? rest : std::min(m_length, rest);
    return open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

bool FileSlice::seek(qint64 position)
{
    return QIODevice::seek(position) && m_file.seek(m_offset + position);
}

qint64 FileSlice::readData(char *data, qint64 most)
{
    const qint64 left = m_offset + m_length - m_file.pos();
    return left <= 0 ? -1 : m_file.read(data, std::min(most, left));
}

qint64 FileSlice::writeData(const char *, qint64)
{
    return -1;
}

} // namespace signalbox
