// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QTemporaryDir>
#include <QtCore/QUrl>
#include <QtNetwork/QSslConfiguration>
#include <QtNetwork/QTcpServer>

namespace signalbox::test {

/*! Certificates made for one test run by the openssl program: an authority, and for it a good
 *  certificate for 127.0.0.1, an expired one, one for another host and one for clients with a key
 *  behind a passphrase. */
class TestCertificates final {
public:
    TestCertificates();
    [[nodiscard]] bool isComplete() const { return m_complete; }
    [[nodiscard]] QString file(const QString &name) const; //!< "ca.pem", "client.key", ...
    [[nodiscard]] static QString passphrase();

private:
    QTemporaryDir m_dir;
    bool m_complete = false;
};

//! Answers every request over TLS with 200 "OK"; counts handshakes that got to a request.
class TlsServer final : public QTcpServer {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TlsServer)

public:
    //! `name` is the certificate: "good", "expired" or "wronghost".
    TlsServer(const TestCertificates &certificates, const QString &name, bool wantsClient = false);
    [[nodiscard]] QUrl url() const;
    int requests = 0;
    QByteArray lastHead;
    QString clientName; //!< Common name of the client's certificate.

protected:
    void incomingConnection(qintptr handle) override;

private:
    QSslConfiguration m_tls;
};

} // namespace signalbox::test
