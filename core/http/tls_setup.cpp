// SPDX-License-Identifier: Apache-2.0
#include "core/http/tls_setup.h"

#include <QtCore/QFile>
#include <QtNetwork/QSslCertificate>
#include <QtNetwork/QSslKey>

#include <algorithm>
#include <array>
#include <optional>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qint64 kLargestFile = 4 * 1024 * 1024;

Failure tlsFailure(const QString &code, const QString &message, const QString &hint)
{
    Error error = makeError(ErrorKind::Tls, message, hint);
    error.apiCode = code;
    return Failure(std::move(error));
}

Result<QByteArray> contentOf(const QString &file, const QString &what, const QString &code)
{
    QFile f(file);
    if (!f.open(QIODevice::ReadOnly))
        return tlsFailure(code, u"the %1 %2 cannot be read: %3."_s.arg(what, file, f.errorString()),
            u"Check the path and the permissions in the connection's settings."_s);
    return f.read(kLargestFile);
}

Result<QList<QSslCertificate>> certificatesIn(
    const QString &file, const QString &what, const QString &code)
{
    const Result<QByteArray> content = contentOf(file, what, code);
    if (!content)
        return content.failure();
    QList<QSslCertificate> found = QSslCertificate::fromData(*content, QSsl::Pem);
    if (found.isEmpty())
        found = QSslCertificate::fromData(*content, QSsl::Der);
    if (found.isEmpty())
        return tlsFailure(code, u"the %1 %2 holds no certificate."_s.arg(what, file),
            u"It must be a PEM file with BEGIN CERTIFICATE."_s);
    return found;
}

Result<QSslKey> keyIn(const QString &file, const QString &passphrase)
{
    const QString code = u"TLS_CLIENT_KEY"_s;
    const Result<QByteArray> content = contentOf(file, u"client key"_s, code);
    if (!content)
        return content.failure();
    for (const QSsl::KeyAlgorithm algorithm : {QSsl::Ec, QSsl::Rsa, QSsl::Dsa}) {
        QSslKey key(*content, algorithm, QSsl::Pem, QSsl::PrivateKey, passphrase.toUtf8());
        if (!key.isNull())
            return key;
    }
    const bool locked = content->contains("ENCRYPTED");
    if (locked)
        return tlsFailure(code,
            passphrase.isEmpty() ? u"the client key %1 needs its passphrase."_s.arg(file)
                                 : u"the passphrase does not open the client key %1."_s.arg(file),
            u"Enter it in the connection's settings, or with 'signalboxctl profile login NAME "
            "--key-passphrase'."_s);
    return tlsFailure(code, u"%1 holds no private key that can be used."_s.arg(file),
        u"It must be a PEM file with BEGIN PRIVATE KEY (RSA or EC)."_s);
}

struct CertificateTrouble {
    QString code;
    QString words;
    QString hint;
};

QString namesOf(const QSslCertificate &certificate)
{
    QStringList names = certificate.subjectAlternativeNames().values();
    if (names.isEmpty())
        names = certificate.subjectInfo(QSslCertificate::CommonName);
    return names.mid(0, 5).join(u", "_s);
}

CertificateTrouble wrongName(const QSslCertificate &certificate)
{
    return {u"TLS_HOST_NAME"_s,
        u"its certificate is for another name (%1)."_s.arg(namesOf(certificate)),
        u"Use an address with one of these names, or let the server have a certificate for the "
        "name in the address."_s};
}

CertificateTrouble outOfDate(const QSslCertificate &certificate, bool expired)
{
    const QString hint =
        u"Check this machine's clock; else the server's certificate must be renewed."_s;
    if (expired)
        return {u"TLS_EXPIRED"_s,
            u"its certificate expired on %1."_s.arg(
                certificate.expiryDate().toUTC().date().toString(Qt::ISODate)),
            hint};
    return {u"TLS_EXPIRED"_s,
        u"its certificate is not valid before %1."_s.arg(
            certificate.effectiveDate().toUTC().date().toString(Qt::ISODate)),
        hint};
}

CertificateTrouble unknownAuthority(const QSslError &error)
{
    const QSslCertificate certificate = error.certificate();
    const QString issuer = certificate.issuerInfo(QSslCertificate::CommonName).join(u", "_s);
    QString words = u"its certificate is signed by \"%1\", which is not trusted."_s.arg(
        issuer.isEmpty() ? error.errorString() : issuer.left(80));
    if (error.error() == QSslError::SelfSignedCertificate)
        words = u"its certificate is self-signed and not trusted."_s;
    return {u"TLS_UNKNOWN_CA"_s, words,
        u"Name the file of the server's certificate authority (PEM) in the connection's settings "
        "(--ca-file, MLFLOW_TRACKING_SERVER_CERT_PATH), or add it to the trusted ones of this "
        "system."_s};
}

std::optional<CertificateTrouble> troubleOf(const QSslError &error)
{
    const QSslError::SslError code = error.error();
    if (code == QSslError::HostNameMismatch)
        return wrongName(error.certificate());
    if (code == QSslError::CertificateExpired || code == QSslError::CertificateNotYetValid)
        return outOfDate(error.certificate(), code == QSslError::CertificateExpired);
    static constexpr std::array kUnknown{QSslError::UnableToGetIssuerCertificate,
        QSslError::UnableToGetLocalIssuerCertificate, QSslError::UnableToVerifyFirstCertificate,
        QSslError::SelfSignedCertificate, QSslError::SelfSignedCertificateInChain,
        QSslError::CertificateUntrusted};
    if (std::find(kUnknown.begin(), kUnknown.end(), code) != kUnknown.end())
        return unknownAuthority(error);
    return std::nullopt;
}

Result<void> addClientCertificate(const LinkSettings &link, QSslConfiguration &tls)
{
    if (link.clientCertificateFile.isEmpty())
        return {};
    const auto chain = certificatesIn(
        link.clientCertificateFile, u"client certificate"_s, u"TLS_CLIENT_CERTIFICATE"_s);
    if (!chain)
        return chain.failure();
    const QString keyFile =
        link.clientKeyFile.isEmpty() ? link.clientCertificateFile : link.clientKeyFile;
    const Result<QSslKey> key = keyIn(keyFile, link.keyPassphrase);
    if (!key)
        return key.failure();
    tls.setLocalCertificateChain(*chain);
    tls.setPrivateKey(*key);
    return {};
}

} // namespace

Result<QSslConfiguration> tlsConfiguration(const LinkSettings &link)
{
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    if (!link.caFile.isEmpty()) {
        const auto authorities =
            certificatesIn(link.caFile, u"file of certificate authorities"_s, u"TLS_CA_FILE"_s);
        if (!authorities)
            return authorities.failure();
        tls.setCaCertificates(*authorities);
    }
    if (const Result<void> added = addClientCertificate(link, tls); !added)
        return added.failure();
    if (link.insecure)
        tls.setPeerVerifyMode(QSslSocket::VerifyNone);
    return tls;
}

Error certificateError(const QList<QSslError> &errors)
{
    // An unknown signer outweighs the rest: nothing else in such a certificate can be believed.
    QStringList words;
    QStringList others;
    CertificateTrouble worst;
    for (const QSslError &error : errors) {
        const auto trouble = troubleOf(error);
        if (!trouble) {
            others << error.errorString();
            continue;
        }
        if (worst.code.isEmpty() || trouble->code == u"TLS_UNKNOWN_CA")
            worst = *trouble;
        if (!words.contains(trouble->words))
            words << trouble->words;
    }
    if (worst.code.isEmpty())
        worst = {u"TLS_CERTIFICATE"_s, {},
            u"The server needs a certificate that this system accepts."_s};
    if (words.isEmpty())
        words << u"its certificate is not accepted: "_s % others.join(u"; "_s) % u'.';
    Error error = makeError(ErrorKind::Tls, words.join(u" Also "_s), worst.hint);
    error.apiCode = worst.code;
    return error;
}

bool isAboutClientCertificate(const QString &words)
{
    return words.contains(u"certificate required"_s, Qt::CaseInsensitive)
        || words.contains(u"handshake failure"_s, Qt::CaseInsensitive)
        || (words.contains(u"alert"_s, Qt::CaseInsensitive)
            && words.contains(u"certificate"_s, Qt::CaseInsensitive))
        || words.contains(u"alert unknown ca"_s, Qt::CaseInsensitive);
}

Error handshakeError(const QString &words)
{
    Error error;
    if (isAboutClientCertificate(words)) {
        error = makeError(ErrorKind::Tls,
            u"it wants a client certificate, and none that it accepts was sent: "_s % words % u'.',
            u"Name certificate and key in the connection's settings (--client-cert, --client-key, "
            "MLFLOW_TRACKING_CLIENT_CERT_PATH)."_s);
        error.apiCode = u"TLS_CLIENT_CERTIFICATE"_s;
        return error;
    }
    return makeError(ErrorKind::Network, u"no secure connection could be made: "_s % words % u'.',
        u"Perhaps the server speaks plain http on this port: try the address with http://."_s);
}

} // namespace signalbox
