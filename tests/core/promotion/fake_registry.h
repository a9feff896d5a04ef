// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/promotion/stage.h"
#include "tests/support/fake_transport.h"

#include <QtCore/QMap>

namespace signalbox::test {

/*! A registry with the model "churn" and the runs that are recorded beside it, kept in memory
 * behind a FakeTransport. Moving a version archives the others as MLflow does, unless a test
 * interferes. */
class FakeRegistry final {
public:
    struct Version {
        QString stage{QStringLiteral("None")};
        QMap<QString, QString> tags;
    };

    //! A run that was created through the fake.
    struct Run {
        QString name;
        QString status{QStringLiteral("RUNNING")};
        QMap<QString, QString> tags;
        QMap<QString, QString> params;
        QMap<QString, double> metrics;
        int inputs = 0;
    };

    explicit FakeRegistry(FakeTransport &transport);

    QMap<QString, Version> versions;
    QMap<QString, QString> aliases; //!< alias -> version
    QMap<QString, QString> modelTags;
    QMap<QString, Run> runs; //!< By id.
    QStringList files; //!< Paths of uploaded files.
    bool reachable = true; //!< False: every connection is refused.
    double auc = 0.95; //!< What the run "source" shows.
    QByteArray modelFile{"signature:\n  inputs: '[{}]'\n  outputs: '[{}]'\n"};
    QStringList transitions; //!< "2 -> Production" in order.
    //! Called after each transition: what somebody else does at the same time.
    std::function<void()> afterTransition;
    //! Called after each set-tag of the model.
    std::function<void()> afterModelTag;

    [[nodiscard]] QStringList inStage(const QString &stage) const;
    //! The run of that name; an empty one when there is none.
    [[nodiscard]] Run runNamed(const QString &name) const;
    //! Texts of `decision.json` files that arrived, oldest first.
    [[nodiscard]] QList<QJsonObject> decisions() const;

private:
    [[nodiscard]] std::optional<FakeReply> answer(const FakeRequest &request);
    [[nodiscard]] std::optional<FakeReply> answerModel(const QString &call, const FakeRequest &r);
    [[nodiscard]] std::optional<FakeReply> answerVersion(const QString &call, const FakeRequest &r);
    [[nodiscard]] std::optional<FakeReply> answerRun(const QString &call, const FakeRequest &r);
    [[nodiscard]] QJsonObject createRun(const QJsonObject &body);
    void logBatch(const QJsonObject &body);
    [[nodiscard]] QJsonObject loggedModel() const;
    void transition(const QJsonObject &body);
    [[nodiscard]] QJsonObject versionJson(const QString &number) const;
    [[nodiscard]] QJsonObject modelJson() const;
    [[nodiscard]] QJsonObject runJson(const QString &id) const;
    QList<QJsonObject> m_decisions;
    int m_runs = 0;
};

} // namespace signalbox::test
