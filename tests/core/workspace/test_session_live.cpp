// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/session.h"

#include <QtCore/QTemporaryDir>
#include <QtNetwork/QTcpServer>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

//! The first minute of a new user: no profile, no server, then a local one that answers.
class TestSessionLive final : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_dir;

    template <typename T> [[nodiscard]] static Result<T> resultOf(const Call<T> &call)
    {
        [&] { QTRY_VERIFY_WITH_TIMEOUT(call.isFinished(), 120'000); }();
        return call.isFinished() ? *call.result() : Failure(ErrorKind::Local, u"no end"_s);
    }

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("SIGNALBOX_HOME", m_dir.path().toLocal8Bit());
        qunsetenv("MLFLOW_TRACKING_URI");
        if (!PythonEnvironment(Home::fromEnvironment()).status().ready)
            QSKIP("no Python environment: set SIGNALBOX_ENV_DIR to one");
    }

    void aNewHomeStartsItsServerAndReachesIt()
    {
        Session session({});
        QSignalSpy progress(&session, &Session::progress);
        const Result<void> opened = resultOf(session.openAndStart());
        QVERIFY2(opened.hasValue(), opened ? "" : qPrintable(opened.error().text()));
        QVERIFY(!progress.isEmpty());
        QCOMPARE(session.server().url(), session.localServer().status().url);
        const Result<ConnectorHealth> health = resultOf(session.connector().health());
        QVERIFY(health && health->reachable);
        QCOMPARE(health->server.version, u"3.17.2"_s);
        QVERIFY(resultOf(session.localServer().stop()));
    }

    void aServerThatMovedIsFollowedByTheSameConnector()
    {
        Session session({});
        QVERIFY(session.open());
        const Connector *connector = &session.connector();
        const QUrl before = session.server().url();
        for (int i = 0; i < 6; ++i) // enough refusals to open the circuit
            QVERIFY(!resultOf(session.server().server.health()));
        QTcpServer squatter;
        QVERIFY(squatter.listen(QHostAddress::LocalHost, static_cast<quint16>(before.port())));
        QVERIFY(resultOf(session.openAndStart()));
        QVERIFY(session.server().url() != before);
        QCOMPARE(&session.connector(), connector);
        QVERIFY(resultOf(session.server().server.health()));
        QVERIFY(resultOf(session.localServer().stop()));
    }
};

QTEST_GUILESS_MAIN(TestSessionLive)
#include "test_session_live.moc"
