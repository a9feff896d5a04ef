// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QIODevice>

namespace signalbox {

/*! A request body that can be read once and never rewound, which is the only way to keep
 *  QNetworkAccessManager from sending a request twice when the connection breaks. */
class OneShotDevice final : public QIODevice {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(OneShotDevice)

public:
    explicit OneShotDevice(QByteArray data, QObject *parent = nullptr);
    [[nodiscard]] bool isSequential() const override { return true; }
    [[nodiscard]] qint64 bytesAvailable() const override;
    [[nodiscard]] bool atEnd() const override { return bytesAvailable() == 0; }
    bool reset() override { return false; }

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *data, qint64 size) override;

private:
    QByteArray m_data;
    qint64 m_read = 0;
};

} // namespace signalbox
