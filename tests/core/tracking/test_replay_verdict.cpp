// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tracking/replay_verdict.h"

#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

//! What is wrong with the connection must never set an item aside.
class TestReplayVerdict final : public QObject {
    Q_OBJECT

    static Error error(ErrorKind kind, const QString &code, const QString &message)
    {
        Error made = makeError(kind, message);
        made.apiCode = code;
        return made;
    }

private Q_SLOTS:
    void theConnectionsTroublesWait_data()
    {
        QTest::addColumn<Error>("trouble");
        QTest::newRow("refused login") << error(ErrorKind::Unauthorized, {}, u"no"_s);
        QTest::newRow("locked keychain")
            << error(ErrorKind::Local, u"KEYCHAIN_LOCKED"_s, u"locked"_s);
        QTest::newRow("silent keychain")
            << error(ErrorKind::Local, u"KEYCHAIN_SILENT"_s, u"silent"_s);
        QTest::newRow("certificate") << error(ErrorKind::Tls, u"TLS_EXPIRED"_s, u"expired"_s);
        QTest::newRow("redirect") << error(ErrorKind::Redirect, {}, u"elsewhere"_s);
        QTest::newRow("login page") << error(ErrorKind::Decode, {}, u"web page"_s);
        QTest::newRow("host name")
            << error(ErrorKind::Forbidden, {}, u"Invalid Host header - possible ..."_s);
        QTest::newRow("workspace") << error(ErrorKind::InvalidRequest, u"FEATURE_DISABLED"_s,
            u"Workspace APIs are not available: workspaces are not enabled on this server"_s);
        QTest::newRow("missing workspace") << error(ErrorKind::NotFound,
            u"RESOURCE_DOES_NOT_EXIST"_s,
            u"POST /x failed: Workspace 'team' not found (RESOURCE_DOES_NOT_EXIST, HTTP 404)"_s);
    }
    void theConnectionsTroublesWait()
    {
        QFETCH(Error, trouble);
        QCOMPARE(verdictOf(trouble), Verdict::Wait);
    }

    void theItemsTroublesArePutAside()
    {
        QCOMPARE(verdictOf(error(ErrorKind::InvalidRequest, u"FEATURE_DISABLED"_s, u"off"_s)),
            Verdict::Park);
        QCOMPARE(verdictOf(error(ErrorKind::Local, {}, u"the file is gone"_s)), Verdict::Park);
        QCOMPARE(verdictOf(error(ErrorKind::Forbidden, {}, u"Permission denied"_s)), Verdict::Park);
    }
};

QTEST_GUILESS_MAIN(TestReplayVerdict)
#include "test_replay_verdict.moc"
