// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tls_server.h"

#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtNetwork/QSslCertificate>
#include <QtNetwork/QSslKey>
#include <QtNetwork/QSslSocket>

using namespace Qt::StringLiterals;

namespace signalbox::test {

namespace {

// `openssl ca` is the one way to date a certificate in the past.
constexpr char kScript[] = R"sh(
set -eu
cat > ca.cnf <<CNF
[ca]
default_ca = d
[d]
database = index.txt
new_certs_dir = .
serial = serial
default_md = sha256
policy = p
unique_subject = no
[p]
commonName = supplied
[good]
subjectAltName = IP:127.0.0.1,DNS:localhost
[wronghost]
subjectAltName = DNS:other.example.com
[client]
extendedKeyUsage = clientAuth
CNF
touch index.txt; echo 1000 > serial
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
key ca.key
openssl req -x509 -new -key ca.key -subj "/CN=Test Authority" -days 3650 -out ca.pem
make() { # file, section, start, end
  key "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
  openssl ca -batch -config ca.cnf -extensions "$2" -cert ca.pem -keyfile ca.key \
    -startdate "$3" -enddate "$4" -in "$1.csr" -out "$1.pem" -notext
}
make good good 20200101000000Z 20991231000000Z
make expired good 20200101000000Z 20200201000000Z
make wronghost wronghost 20200101000000Z 20991231000000Z
make client client 20200101000000Z 20991231000000Z
openssl pkcs8 -topk8 -in client.key -out client.enc.key -passout pass:open-sesame-7
cat client.pem client.key > client.both.pem
)sh";

} // namespace

TestCertificates::TestCertificates()
{
    QProcess shell;
    shell.setWorkingDirectory(m_dir.path());
    shell.start(u"sh"_s, {u"-c"_s, QString::fromLatin1(kScript)});
    m_complete = shell.waitForFinished(20'000) && shell.exitCode() == 0;
    if (!m_complete)
        qWarning() << shell.readAllStandardError();
}

QString TestCertificates::file(const QString &name) const
{
    return m_dir.filePath(name);
}

QString TestCertificates::passphrase()
{
    return u"open-sesame-7"_s;
}

TlsServer::TlsServer(const TestCertificates &certificates, const QString &name, bool wantsClient)
    : m_tls(QSslConfiguration::defaultConfiguration())
{
    const auto content = [&certificates](const QString &fileName) {
        QFile file(certificates.file(fileName));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    m_tls.setLocalCertificate(QSslCertificate(content(name + u".pem"_s)));
    m_tls.setPrivateKey(QSslKey(content(name + u".key"_s), QSsl::Ec));
    m_tls.setCaCertificates(QSslCertificate::fromData(content(u"ca.pem"_s)));
    m_tls.setPeerVerifyMode(wantsClient ? QSslSocket::VerifyPeer : QSslSocket::VerifyNone);
    listen(QHostAddress::LocalHost);
}

QUrl TlsServer::url() const
{
    return QUrl(u"https://127.0.0.1:%1/health"_s.arg(serverPort()));
}

void TlsServer::incomingConnection(qintptr handle)
{
    auto *socket = new QSslSocket(this);
    socket->setSocketDescriptor(handle);
    socket->setSslConfiguration(m_tls);
    connect(socket, &QSslSocket::disconnected, socket, &QObject::deleteLater);
    connect(socket, &QSslSocket::readyRead, this, [this, socket] {
        lastHead += socket->readAll();
        if (!lastHead.contains("\r\n\r\n"))
            return;
        ++requests;
        clientName = socket->peerCertificate().subjectInfo(QSslCertificate::CommonName).value(0);
        lastHead.clear();
        socket->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    });
    socket->startServerEncryption();
}

} // namespace signalbox::test
