// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/fake_transport.h"

#include <QtCore/QMap>
#include <QtCore/QSet>
#include <QtCore/QStringList>

#include <functional>

namespace signalbox::test {

/*! An MLflow server in memory, behind a FakeTransport: as much of it as tracking uses, with the
 *  refusals of the real one. Remembers what arrived in which order. */
class FakeMlflow final {
public:
    struct Run {
        QString name;
        QString status = QStringLiteral("RUNNING");
        qint64 endTime = 0;
        QMap<QString, QString> tags;
        QMap<QString, QString> params;
        QList<std::pair<QString, double>> metrics; //!< As rows: exact repeats collapse.
        QStringList datasets;
        QStringList outputs;
        bool deleted = false;
    };
    struct Model {
        QString name;
        QString status = QStringLiteral("LOGGED_MODEL_PENDING");
        QString run;
        QMap<QString, QString> tags;
        bool deleted = false;
    };

    FakeMlflow() = default; //!< For whoever brings the requests to answer() himself.
    explicit FakeMlflow(FakeTransport &transport);
    Q_DISABLE_COPY_MOVE(FakeMlflow)

    QMap<QString, QString> experiments; //!< Name to id.
    QSet<QString> deletedExperiments;
    QMap<QString, QMap<QString, QString>> experimentTags; //!< By name.
    QMap<QString, Run> runs; //!< By id, in order of creation.
    QMap<QString, Model> models;
    QMap<QString, QByteArray> files; //!< By the path below the artifact proxy.
    QMap<QString, QMap<QString, QString>> versions; //!< "name/1" to its tags.
    QMap<QString, QString> sources; //!< "name/1" to its source.
    QMap<QString, QString> versionRuns; //!< "name/1" to its run's id.
    QMap<QString, QString> descriptions; //!< "name/1" to its description.
    QMap<QString, QMap<QString, QString>> registered; //!< Registered models to their tags.
    QStringList arrived; //!< "create", "batch", "file", "finish" ...
    QSet<QString> badKeys; //!< Refused with 400 in any batch.
    QSet<QString> failingRuns; //!< Names of runs whose batches end in an error of the server.
    int failingStatus = 500;
    QSet<QString> badFiles; //!< Ends of paths that are refused.
    QString version = QStringLiteral("3.17.2");
    bool down = false; //!< Refuses every connection.
    int loseReplies = 0; //!< So many creates are carried out, and the connection breaks.
    int loseCreates = 0; //!< So many creates of runs never arrive.
    std::function<void(const FakeRequest &)> beforeEach;

    [[nodiscard]] const Run &onlyRun() const { return runs.first(); }
    [[nodiscard]] const Run &runNamed(const QString &name) const;
    [[nodiscard]] int livingRuns() const;
    [[nodiscard]] FakeReply answer(const FakeRequest &request);

private:
    [[nodiscard]] FakeReply answerExperiments(const QString &call, const FakeRequest &request);
    [[nodiscard]] FakeReply answerRuns(const QString &call, const FakeRequest &request);
    [[nodiscard]] FakeReply createRun(const QJsonObject &body);
    [[nodiscard]] FakeReply logBatch(const QJsonObject &body);
    [[nodiscard]] FakeReply searchRuns(const QJsonObject &body) const;
    [[nodiscard]] FakeReply answerModels(const QString &call, const FakeRequest &request);
    [[nodiscard]] FakeReply answerRegistry(const QString &call, const FakeRequest &request);
    [[nodiscard]] FakeReply putFile(const QString &path, const FakeRequest &request);
    [[nodiscard]] FakeReply maybeLost(FakeReply reply);
    [[nodiscard]] QJsonObject runJson(const QString &id) const;
    [[nodiscard]] QJsonObject modelJson(const QString &id) const;
    [[nodiscard]] QJsonObject versionJson(const QString &key) const;
    int m_next = 1;
    int m_nextVersion = 1; // of whatever model; numbers are never used again
};

} // namespace signalbox::test
