// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/fake_context.h"
#include "ui/dialogs/promotion_dialog.h"
#include "ui/models/version_board.h"
#include "ui/pages/models_page.h"
#include "ui/pages/stage_board.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QMimeData>
#include <QtGui/QDragEnterEvent>
#include <QtGui/QDropEvent>
#include <QtGui/QScreen>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QListView>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;
using namespace signalbox;
using namespace signalbox::test;

namespace {

const QString kApi = u"/api/2.0/mlflow/"_s;

//! A registry that remembers its stages, aliases and tags; enough for one promotion.
class FakeRegistry {
public:
    QMap<QString, QString> stages{{u"3"_s, u"None"_s}, {u"2"_s, u"Production"_s}};
    QMap<QString, QJsonObject> tags;
    double auc = 0.93;

    std::optional<FakeReply> answer(const FakeRequest &request)
    {
        const QString call = request.path.mid(kApi.size());
        if (call == u"registered-models/get"_s)
            return FakeReply::json(QJsonObject{{u"registered_model"_s, model()}});
        if (call == u"registered-models/search"_s)
            return FakeReply::json(QJsonObject{{u"registered_models"_s, QJsonArray{model()}}});
        if (call == u"model-versions/search"_s)
            return FakeReply::json(
                QJsonObject{{u"model_versions"_s, QJsonArray{version(u"3"_s), version(u"2"_s)}}});
        if (call == u"model-versions/get"_s)
            return FakeReply::json(
                QJsonObject{{u"model_version"_s, version(request.query(u"version"_s))}});
        if (call == u"model-versions/transition-stage"_s) {
            stages[request.json().value(u"version"_s).toString()] =
                request.json().value(u"stage"_s).toString();
            return FakeReply::json(QJsonObject{
                {u"model_version"_s, version(request.json().value(u"version"_s).toString())}});
        }
        if (call == u"runs/get"_s)
            return FakeReply::json(QJsonObject{{u"run"_s, run()}});
        if (request.path.contains(u"get-artifact"_s))
            return FakeReply::text(200, "signature:\n  inputs: '[{\"type\": \"double\"}]'\n");
        if (call.startsWith(u"registered-models/"_s) || call.startsWith(u"model-versions/"_s))
            return registryWrite(request, call);
        return {};
    }

private:
    std::optional<FakeReply> registryWrite(const FakeRequest &request, const QString &call)
    {
        const QJsonObject body = request.json();
        const QString owner = body.value(u"version"_s).toString();
        if (call.endsWith(u"set-tag"_s))
            tags[owner][body.value(u"key"_s).toString()] = body.value(u"value"_s);
        if (call.endsWith(u"delete-tag"_s))
            tags[owner].remove(body.value(u"key"_s).toString());
        if (call == u"registered-models/alias"_s && request.verb == Verb::Post)
            m_aliases[body.value(u"alias"_s).toString()] = owner;
        return FakeReply::json("{}");
    }
    QJsonArray tagList(const QString &owner) const
    {
        QJsonArray list;
        const QJsonObject all = tags.value(owner);
        for (auto it = all.begin(); it != all.end(); ++it)
            list.append(QJsonObject{{u"key"_s, it.key()}, {u"value"_s, it.value()}});
        return list;
    }
    QJsonObject version(const QString &number) const
    {
        return {{u"name"_s, u"churn"_s}, {u"version"_s, number},
            {u"current_stage"_s, stages.value(number)}, {u"status"_s, u"READY"_s},
            {u"run_id"_s, u"00000000000000000000000000000001"_s},
            {u"source"_s,
                u"mlflow-artifacts:/1/00000000000000000000000000000001/artifacts/model"_s},
            {u"creation_timestamp"_s, qint64(1'700'000'000'000)}, {u"tags"_s, tagList(number)}};
    }
    QJsonObject model() const
    {
        QJsonArray aliases;
        for (auto it = m_aliases.cbegin(); it != m_aliases.cend(); ++it)
            aliases.append(QJsonObject{{u"alias"_s, it.key()}, {u"version"_s, it.value()}});
        return {{u"name"_s, u"churn"_s}, {u"latest_versions"_s, QJsonArray{version(u"3"_s)}},
            {u"aliases"_s, aliases}, {u"tags"_s, tagList({})}};
    }
    QJsonObject run() const
    {
        return {{u"info"_s,
                    QJsonObject{{u"run_id"_s, u"00000000000000000000000000000001"_s},
                        {u"run_name"_s, u"amber"_s}, {u"status"_s, u"FINISHED"_s},
                        {u"experiment_id"_s, u"1"_s}, {u"lifecycle_stage"_s, u"active"_s}}},
            {u"data"_s,
                QJsonObject{{u"metrics"_s,
                                QJsonArray{QJsonObject{{u"key"_s, u"test_roc_auc"_s},
                                    {u"value"_s, auc}, {u"timestamp"_s, 1}, {u"step"_s, 0}}}},
                    {u"params"_s,
                        QJsonArray{
                            QJsonObject{{u"key"_s, u"problem"_s}, {u"value"_s, u"binary"_s}}}}}}};
    }
    QMap<QString, QString> m_aliases{{u"champion"_s, u"2"_s}};
};

} // namespace

class TestModelsPage final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().install(); }

    void init()
    {
        m_registry = {};
        m_context = std::make_unique<FakeContext>();
        m_context->connectFake();
        m_context->fake().answerWith(
            [this](const FakeRequest &request) { return m_registry.answer(request); });
        m_page = std::make_unique<ModelsPage>(*m_context);
        m_page->resize(1260, 780);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
        m_page->activate();
        QTRY_VERIFY(m_page->isReady());
        QTRY_COMPARE(column(Stage::None)->model()->rowCount(), 1);
    }

    void cleanup()
    {
        m_page.reset();
        m_context.reset();
    }

    void versionsStandInTheirStages()
    {
        QCOMPARE(column(Stage::Production)->model()->rowCount(), 1);
        QTRY_VERIFY(column(Stage::None)
                        ->model()
                        ->index(0, 0)
                        .data()
                        .toString()
                        .contains(u"test_roc_auc 0.9300"_s));
        QVERIFY(column(Stage::Production)
                    ->model()
                    ->index(0, 0)
                    .data()
                    .toString()
                    .contains(u"alias champion"_s));
    }

    void enterOffersTheMovesOfTheCard()
    {
        column(Stage::None)->setFocus();
        column(Stage::None)->setCurrentIndex(column(Stage::None)->model()->index(0, 0));
        QTest::keyClick(column(Stage::None), Qt::Key_Return);
        auto *menu = m_page->findChild<QMenu *>(u"versionMenu"_s);
        QVERIFY(menu);
        QVERIFY(menu->findChild<QAction *>(u"moveToStaging"_s));
        QVERIFY(!menu->findChild<QAction *>(u"moveToArchived"_s)); // None -> Archived is no move
        menu->close();
    }

    void aDropOpensTheDialogAndMovesNothing()
    {
        auto *none = qobject_cast<VersionColumnModel *>(column(Stage::None)->model());
        auto *staging = qobject_cast<VersionColumnModel *>(column(Stage::Staging)->model());
        const std::unique_ptr<QMimeData> card(none->mimeData({none->index(0)}));
        staging->dropMimeData(card.get(), Qt::MoveAction, -1, -1, {});
        QTRY_VERIFY(dialog());
        QCOMPARE(m_registry.stages.value(u"3"_s), u"None"_s);
    }

    void aCardDroppedOnAStageByTheMouseOpensTheDialog()
    {
        QListView *from = column(Stage::None);
        QListView *to = column(Stage::Staging);
        const QModelIndex card = from->model()->index(0, 0);
        QVERIFY(from->dragEnabled());
        QVERIFY(card.flags().testFlag(Qt::ItemIsDragEnabled));
        const std::unique_ptr<QMimeData> mime(from->model()->mimeData({card}));
        const QPoint at = to->viewport()->rect().center();
        QDragEnterEvent enter(at, Qt::MoveAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(to->viewport(), &enter);
        QVERIFY(enter.isAccepted());
        QDragMoveEvent move(at, Qt::MoveAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(to->viewport(), &move);
        QVERIFY(move.isAccepted());
        QDropEvent drop(at, Qt::MoveAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(to->viewport(), &drop);
        QTRY_VERIFY(dialog());
        QCOMPARE(m_registry.stages.value(u"3"_s), u"None"_s); // nothing moves without the person
    }

    void aCardDroppedWhereItStandsDoesNothing()
    {
        QListView *from = column(Stage::None);
        const std::unique_ptr<QMimeData> mime(
            from->model()->mimeData({from->model()->index(0, 0)}));
        const QPoint at = from->viewport()->rect().center();
        QDragEnterEvent enter(at, Qt::MoveAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(from->viewport(), &enter);
        QDropEvent drop(at, Qt::MoveAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(from->viewport(), &drop);
        QVERIFY(!dialog());
        QCOMPARE(from->model()->rowCount(), 1);
    }

    void promotesWhenEveryGateIsContent()
    {
        m_page->promote(u"3"_s, Stage::Staging);
        QTRY_VERIFY(dialog());
        auto *gates = dialog()->findChild<DataTable *>(u"gateTable"_s);
        QTRY_VERIFY(gates->model()->rowCount() > 2);
        // The run has no data set, which the policy wants: waive it, with a reason.
        auto *promote = dialog()->findChild<QPushButton *>(u"promoteButton"_s);
        QVERIFY(!promote->isEnabled());
        dialog()->findChild<QCheckBox *>(u"waiveCheck"_s)->click();
        auto *tick = dialog()->findChild<QCheckBox *>(u"waive_dataset_recorded"_s);
        QVERIFY(tick);
        tick->click();
        QVERIFY(!promote->isEnabled()); // not without a reason
        QTest::keyClicks(
            dialog()->findChild<QLineEdit *>(u"waiveReason_dataset_recorded"_s), u"old run"_s);
        QTRY_VERIFY(promote->isEnabled());
        QSignalSpy done(dialog(), &PromotionDialog::promoted);
        QTest::mouseClick(promote, Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(m_registry.stages.value(u"3"_s), u"Staging"_s, 20000);
    }

    void theDialogStaysOnTheScreenWithAllItsWaivers()
    {
        m_registry.stages[u"3"_s] = u"Staging"_s;
        m_page->refresh();
        QTRY_COMPARE(column(Stage::Staging)->model()->rowCount(), 1);
        m_page->promote(u"3"_s, Stage::Production);
        QTRY_VERIFY(dialog());
        auto *gates = dialog()->findChild<DataTable *>(u"gateTable"_s);
        QTRY_VERIFY(gates->model()->rowCount() > 8);
        const int bottom = dialog()->screen()->availableGeometry().bottom();
        dialog()->move(40, bottom - dialog()->height() - 20); // where a window manager may put it
        dialog()->findChild<QCheckBox *>(u"waiveCheck"_s)->click();
        QTRY_VERIFY(dialog()->findChild<QWidget *>(u"waiverList"_s)->isVisible());
        QVERIFY(dialog()->frameGeometry().bottom() <= bottom);
        const auto *promote = dialog()->findChild<QPushButton *>(u"promoteButton"_s);
        QVERIFY(dialog()->rect().contains(promote->mapTo(dialog(), promote->rect().bottomRight())));
    }

    void aFailingGateKeepsTheButtonOff()
    {
        m_registry.auc = 0.5;
        m_page->promote(u"3"_s, Stage::Staging);
        QTRY_VERIFY(dialog());
        auto *gates = dialog()->findChild<DataTable *>(u"gateTable"_s);
        QTRY_VERIFY(gates->model()->rowCount() > 2);
        QVERIFY(!dialog()->findChild<QPushButton *>(u"promoteButton"_s)->isEnabled());
        QCOMPARE(gates->model()->index(0, 3).data().toString(), u"0.5000"_s);
        auto *changes = dialog()->findChild<PlainLabel *>(u"promotionChanges"_s);
        QVERIFY(changes->fullText().contains(u"v3 becomes Staging"_s));
        QTest::keyClick(dialog(), Qt::Key_Escape);
        QTRY_VERIFY(!dialog());
        QCOMPARE(m_registry.stages.value(u"3"_s), u"None"_s);
    }

    void anOutageIsSaidInTheDialog()
    {
        m_context->fake().answerWith(
            [](const FakeRequest &) { return std::optional(FakeReply::refused()); });
        m_page->promote(u"3"_s, Stage::Staging);
        QTRY_VERIFY(dialog());
        QTRY_VERIFY(dialog()->findChild<QPushButton *>(u"promotionRetryButton"_s)->isVisible());
        QVERIFY(!dialog()->message().isEmpty());
        QVERIFY(!dialog()->findChild<QPushButton *>(u"promoteButton"_s)->isEnabled());
    }

    void disconnectingClosesTheDialog()
    {
        m_page->promote(u"3"_s, Stage::Staging);
        QTRY_VERIFY(dialog());
        m_context->disconnectFake();
        QVERIFY(!dialog());
    }

private:
    [[nodiscard]] QListView *column(Stage stage) const
    {
        return m_page->findChild<StageBoard *>()->list(stage);
    }
    [[nodiscard]] PromotionDialog *dialog() const { return m_page->findChild<PromotionDialog *>(); }
    FakeRegistry m_registry;
    std::unique_ptr<FakeContext> m_context;
    std::unique_ptr<ModelsPage> m_page;
};

QTEST_MAIN(TestModelsPage)
#include "test_models_page.moc"
