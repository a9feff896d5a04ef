// SPDX-License-Identifier: Apache-2.0
#include "core/http/one_shot_device.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace signalbox {

OneShotDevice::OneShotDevice(QByteArray data, QObject *parent)
    : QIODevice(parent)
    , m_data(std::move(data))
{
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

qint64 OneShotDevice::bytesAvailable() const
{
    return m_data.size() - m_read + QIODevice::bytesAvailable();
}

qint64 OneShotDevice::readData(char *data, qint64 maxSize)
{
    const qint64 size = std::min<qint64>(maxSize, m_data.size() - m_read);
    if (size <= 0)
        return maxSize == 0 ? 0 : -1;
    std::memcpy(data, m_data.constData() + m_read, static_cast<size_t>(size));
    m_read += size;
    return size;
}

qint64 OneShotDevice::writeData(const char *, qint64)
{
    return -1;
}

} // namespace signalbox
