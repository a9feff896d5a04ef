// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/http/client_rig.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

//! When the login is fetched, and what happens once the server refuses it.
class TestLinkGate final : public QObject {
    Q_OBJECT

private:
    int m_fetches = 0;
    QByteArray m_token;
    std::optional<Error> m_trouble;

    RestConfig config()
    {
        RestConfig config = ClientRig::defaults();
        config.headers.clear();
        config.loginHint = u"Type the right one."_s;
        config.fetchLink = [this] {
            ++m_fetches;
            LinkSettings link;
            link.login = {{"Authorization", "Bearer " + m_token}};
            return m_trouble ? Call<LinkSettings>::finished(Failure(*m_trouble))
                             : Call<LinkSettings>::finished(link);
        };
        return config;
    }
    static void checkTokens(ClientRig &rig, const QByteArray &right)
    {
        rig.fake->answerWith([right](const FakeRequest &request) -> std::optional<FakeReply> {
            if (request.header("Authorization") == "Bearer " + right)
                return FakeReply::json("{}");
            return FakeReply::text(401, "You are not authenticated.");
        });
    }

private Q_SLOTS:
    void init()
    {
        m_fetches = 0;
        m_token = "first-token";
        m_trouble.reset();
    }

    void nobodyIsAskedBeforeTheFirstRequest()
    {
        ClientRig rig(config());
        ClientRig::settle();
        QCOMPARE(m_fetches, 0);
    }

    void theLoginIsFetchedOnceForAll()
    {
        ClientRig rig(config());
        checkTokens(rig, "first-token");
        QList<Call<HttpResponse>> calls;
        for (int i = 0; i < 4; ++i)
            calls.append(rig.client->send(get(u"/x"_s)));
        for (const auto &call : calls)
            QVERIFY(rig.finish(call));
        QVERIFY(rig.finish(rig.client->send(get(u"/x"_s))));
        QCOMPARE(m_fetches, 1);
    }

    void aRefusedLoginIsNotSentAgainAndAgain()
    {
        ClientRig rig(config());
        checkTokens(rig, "right-token");
        QVERIFY(!rig.finish(rig.client->send(get(u"/x"_s))));
        const int sent = rig.fake->count();
        for (int i = 0; i < 20; ++i) {
            const auto result = rig.finish(rig.client->send(get(u"/x"_s)));
            QVERIFY(!result);
            QCOMPARE(result.error().kind, ErrorKind::Unauthorized);
            QCOMPARE(result.error().hint, u"Type the right one."_s);
        }
        QCOMPARE(rig.fake->count(), sent);
        QCOMPARE(m_fetches, 1);
    }

    void aNewLoginGoesOnAtOnce()
    {
        ClientRig rig(config());
        QSignalSpy refused(rig.client.get(), &RestClient::unauthorized);
        QSignalSpy accepted(rig.client.get(), &RestClient::authorized);
        checkTokens(rig, "right-token");
        QVERIFY(!rig.finish(rig.client->send(get(u"/x"_s))));
        QCOMPARE(refused.size(), 1);
        m_token = "right-token";
        rig.client->renewLink();
        QVERIFY(rig.finish(rig.client->send(get(u"/x"_s))));
        QCOMPARE(m_fetches, 2);
        QCOMPARE(accepted.size(), 1);
    }

    void aLoginRepairedElsewhereIsFoundByItself()
    {
        ClientRig rig(config());
        checkTokens(rig, "right-token");
        QVERIFY(!rig.finish(rig.client->send(get(u"/x"_s))));
        m_token = "right-token"; // another process wrote it into the keychain
        rig.clock.advance(6s);
        QVERIFY(rig.finish(rig.client->send(get(u"/x"_s))));
    }

    void oneRefusalAfterSuccessHoldsNothingBack()
    {
        ClientRig rig(config());
        rig.fake->on(Verb::Get, u"/good"_s, FakeReply::json("{}"));
        rig.fake->on(Verb::Get, u"/bad"_s, FakeReply::text(401, "no"));
        QVERIFY(rig.finish(rig.client->send(get(u"/good"_s))));
        for (int i = 0; i < 5; ++i) {
            QVERIFY(!rig.finish(rig.client->send(get(u"/bad"_s))));
            QVERIFY(rig.finish(rig.client->send(get(u"/good"_s))));
        }
        for (int i = 0; i < 10; ++i)
            QVERIFY(!rig.finish(rig.client->send(get(u"/bad"_s))));
        QCOMPARE(rig.fake->count(Verb::Get, u"/bad"_s), 8); // three in a row say it all
    }

    void aLockedKeychainIsToldAndNothingIsSent()
    {
        m_trouble = makeError(ErrorKind::Local, u"The keychain is locked."_s, u"Unlock it."_s);
        m_trouble->apiCode = u"KEYCHAIN_LOCKED"_s;
        ClientRig rig(config());
        for (int i = 0; i < 3; ++i) {
            const auto result = rig.finish(rig.client->send(get(u"/x"_s)));
            QVERIFY(!result);
            QCOMPARE(result.error().kind, ErrorKind::Local);
            QCOMPARE(result.error().apiCode, u"KEYCHAIN_LOCKED"_s);
            QVERIFY(result.error().message.contains(u"locked"_s));
        }
        QCOMPARE(rig.fake->count(), 0);
        QCOMPARE(m_fetches, 1); // a person is not asked to unlock it with every request
    }

    void theWorkspaceGoesWithEverythingButProbes()
    {
        RestConfig config = ClientRig::defaults();
        config.workspace = "team-a";
        ClientRig rig(config);
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::json("{}"));
        QVERIFY(rig.finish(rig.client->send(get(u"/x"_s))));
        QCOMPARE(rig.fake->requests().last().header("X-MLFLOW-WORKSPACE"), "team-a");
        QVERIFY(rig.finish(rig.client->send(get(u"/x"_s, RequestClass::Probe))));
        QCOMPARE(rig.fake->requests().last().header("X-MLFLOW-WORKSPACE"), "");
    }
};

QTEST_GUILESS_MAIN(TestLinkGate)
#include "test_link_gate.moc"
