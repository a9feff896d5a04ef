// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/credentials.h"

#include "core/base/redaction.h"

#include <QtCore/QFile>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qint64 kLargestFile = 64 * 1024;

//! One key of the section [mlflow]; the file is Python's configparser format.
QString valueOf(const QStringList &lines, QLatin1StringView key)
{
    bool inSection = false;
    for (const QString &raw : lines) {
        const QString line = raw.trimmed();
        if (line.startsWith(u'['))
            inSection = line == u"[mlflow]";
        const qsizetype split = line.indexOf(u'=');
        if (inSection && split > 0 && line.left(split).trimmed() == key)
            return line.mid(split + 1).trimmed();
    }
    return {};
}

QString firstOf(const QString &wanted, const QString &fallback)
{
    return wanted.isEmpty() ? fallback : wanted;
}

} // namespace

QByteArray Credentials::authorization() const
{
    if (!userName.isEmpty() && (!password.isEmpty() || token.isEmpty())) {
        const QByteArray login = basicLogin(userName, password);
        rememberSecret(QString::fromLatin1(login.mid(6)));
        return login;
    }
    return token.isEmpty() ? QByteArray() : QByteArray("Bearer " + token.toUtf8());
}

Credentials environmentCredentials(const QString &userHome)
{
    QFile file(userHome + u"/.mlflow/credentials"_s);
    QStringList lines;
    if (file.open(QIODevice::ReadOnly))
        lines = QString::fromUtf8(file.read(kLargestFile)).split(u'\n');
    Credentials found;
    found.userName = firstOf(qEnvironmentVariable("MLFLOW_TRACKING_USERNAME"),
        valueOf(lines, "mlflow_tracking_username"_L1));
    found.password = firstOf(qEnvironmentVariable("MLFLOW_TRACKING_PASSWORD"),
        valueOf(lines, "mlflow_tracking_password"_L1));
    found.token = qEnvironmentVariable("MLFLOW_TRACKING_TOKEN");
    rememberSecret(found.password);
    rememberSecret(found.token);
    return found;
}

Result<LinkSettings> environmentLink()
{
    LinkSettings link;
    link.caFile = qEnvironmentVariable("MLFLOW_TRACKING_SERVER_CERT_PATH");
    link.clientCertificateFile = qEnvironmentVariable("MLFLOW_TRACKING_CLIENT_CERT_PATH");
    const QString insecure = qEnvironmentVariable("MLFLOW_TRACKING_INSECURE_TLS").toLower();
    link.insecure = insecure == u"true" || insecure == u"1";
    if (link.insecure && !link.caFile.isEmpty())
        return Failure(ErrorKind::InvalidInput,
            u"MLFLOW_TRACKING_INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH are both set."_s,
            u"Unset one of them; the file of certificate authorities is the safe one."_s);
    // What Python's own HTTP library looks at when MLflow names no file.
    if (link.caFile.isEmpty() && !link.insecure)
        link.caFile = firstOf(
            qEnvironmentVariable("REQUESTS_CA_BUNDLE"), qEnvironmentVariable("CURL_CA_BUNDLE"));
    return link;
}

Credentials credentialsIn(const QUrl &url)
{
    Credentials found;
    found.userName = url.userName(QUrl::FullyDecoded);
    found.password = url.password(QUrl::FullyDecoded);
    rememberSecret(found.password);
    rememberSecret(url.password(QUrl::FullyEncoded));
    return found;
}

} // namespace signalbox
