// SPDX-License-Identifier: Apache-2.0
#include "core/base/redaction.h"

#include <QtCore/QMutex>
#include <QtCore/QRegularExpression>
#include <QtCore/QSet>
#include <QtCore/QUrl>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qsizetype kShortestSecret = 4;

struct Vault {
    QMutex mutex;
    QSet<QString> secrets;
};

Vault &vault()
{
    static Vault v;
    return v;
}

} // namespace

void rememberSecret(const QString &secret)
{
    if (secret.size() < kShortestSecret)
        return;
    Vault &v = vault();
    const QMutexLocker lock(&v.mutex);
    v.secrets.insert(secret);
    // The same secret as it looks inside a URL and inside a Basic header.
    v.secrets.insert(QString::fromLatin1(QUrl::toPercentEncoding(secret)));
    v.secrets.insert(QString::fromLatin1(secret.toUtf8().toBase64()));
}

QString redact(QString text)
{
    static const QRegularExpression userInfo(u"(\\b[a-zA-Z][a-zA-Z0-9+.-]*://)[^/@\\s\"']+@"_s);
    static const QRegularExpression authorization(u"\\b(Basic|Bearer)\\s+[A-Za-z0-9+/._~=-]{6,}"_s,
        QRegularExpression::CaseInsensitiveOption);
    // Nearly every text is spared the expressions.
    if (text.contains(u'@'))
        text.replace(userInfo, u"\\1***@"_s);
    if (text.contains("Basic"_L1, Qt::CaseInsensitive)
        || text.contains("Bearer"_L1, Qt::CaseInsensitive))
        text.replace(authorization, u"\\1 ***"_s);
    Vault &v = vault();
    const QMutexLocker lock(&v.mutex);
    for (const QString &secret : std::as_const(v.secrets))
        text.replace(secret, u"***"_s);
    return text;
}

} // namespace signalbox
