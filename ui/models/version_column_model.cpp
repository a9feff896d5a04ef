// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/formatters.h"
#include "ui/models/version_board.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QMimeData>
#include <QtCore/QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

const QString kMimeType = u"application/x-signalbox-version"_s;
const QString kColumnMime = u"application/x-signalbox-stage"_s;

//! The JSON list behind `  inputs: '[...]'`; YAML folds long lines, so blanks are collapsed first.
QJsonArray columnsOf(const QString &text, const QString &section)
{
    const QRegularExpression line(u"\\b"_s + section + u":\\s*'(\\[.*?\\])'"_s,
        QRegularExpression::DotMatchesEverythingOption);
    const QString json = line.match(text).captured(1).simplified();
    return QJsonDocument::fromJson(json.toUtf8()).array();
}

} // namespace

SignatureFacts signatureFacts(const QByteArray &mlmodel)
{
    static const QRegularExpression section(
        u"^signature:[ ]*$"_s, QRegularExpression::MultilineOption);
    const QString text = QString::fromUtf8(mlmodel.left(256 * 1024));
    const QRegularExpressionMatch match = section.match(text);
    SignatureFacts facts;
    facts.present = match.hasMatch();
    if (facts.present) {
        const QString below = text.mid(match.capturedEnd());
        facts.inputs = static_cast<int>(columnsOf(below, u"inputs"_s).size());
        facts.target = columnsOf(below, u"outputs"_s).at(0).toObject().value("name"_L1).toString();
    }
    return facts;
}

QStringList VersionCard::warnings() const
{
    QStringList words;
    if (!version.status.isEmpty() && version.status != "READY"_L1)
        words.append(version.status == "PENDING_REGISTRATION"_L1 ? u"pending"_s : u"not ready"_s);
    if (signature && !signature->present)
        words.append(u"no signature"_s);
    if (run && run->info.status == mlflow::RunStatus::Failed)
        words.append(u"run failed"_s);
    if (version.runId.isEmpty())
        words.append(u"no run"_s);
    return words;
}

VersionColumnModel::VersionColumnModel(Stage stage, QObject *parent)
    : QAbstractListModel(parent)
    , m_stage(stage)
{
}

const VersionCard *VersionColumnModel::cardAt(int row) const
{
    return row >= 0 && row < rowCount() ? &m_cards[static_cast<size_t>(row)] : nullptr;
}

int VersionColumnModel::rowOf(const QString &version) const
{
    const auto same = [&version](const VersionCard &c) { return c.version.version == version; };
    const auto found = std::find_if(m_cards.cbegin(), m_cards.cend(), same);
    return found == m_cards.cend() ? -1 : static_cast<int>(found - m_cards.cbegin());
}

void VersionColumnModel::setCards(std::vector<VersionCard> cards)
{
    const auto sameVersion = [](const VersionCard &a, const VersionCard &b) {
        return a.version.version == b.version.version;
    };
    if (!std::equal(cards.cbegin(), cards.cend(), m_cards.cbegin(), m_cards.cend(), sameVersion)) {
        beginResetModel();
        m_cards = std::move(cards);
        endResetModel();
    } else if (!cards.empty()) {
        m_cards = std::move(cards);
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
    }
}

void VersionColumnModel::changed(int row)
{
    Q_EMIT dataChanged(index(row), index(row));
}

int VersionColumnModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_cards.size());
}

QVariant VersionColumnModel::data(const QModelIndex &index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid));
    const VersionCard &card = m_cards[static_cast<size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole: {
        QString text = u"v"_s + card.version.version;
        if (card.metric)
            text += u", "_s + format::oneLine(card.metricKey) + u' ' + format::number(*card.metric);
        for (const QString &alias : card.version.aliases)
            text += u", alias "_s + format::oneLine(alias);
        for (const QString &warning : card.warnings())
            text += u", "_s + warning;
        return text;
    }
    case RawValueRole:
        return card.metric ? QVariant(*card.metric) : QVariant();
    case IdRole:
        return card.version.version;
    case StatusRole:
        return static_cast<int>(card.stage);
    case CardRole:
        return QVariant::fromValue(card);
    default:
        return {};
    }
}

Qt::ItemFlags VersionColumnModel::flags(const QModelIndex &index) const
{
    Q_ASSERT(checkIndex(index));
    if (!index.isValid())
        return Qt::ItemIsDropEnabled;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled
        | Qt::ItemNeverHasChildren;
}

QStringList VersionColumnModel::mimeTypes() const
{
    return {kMimeType};
}

QMimeData *VersionColumnModel::mimeData(const QModelIndexList &indexes) const
{
    if (indexes.isEmpty())
        return nullptr;
    auto *data = new QMimeData;
    data->setData(kMimeType, indexes.first().data(IdRole).toString().toUtf8());
    data->setData(kColumnMime, nameOf(m_stage).toUtf8());
    return data;
}

bool VersionColumnModel::canDropMimeData(
    const QMimeData *data, Qt::DropAction, int, int, const QModelIndex &) const
{
    if (!data || !data->hasFormat(kMimeType))
        return false;
    const auto from = stageFrom(QString::fromUtf8(data->data(kColumnMime)));
    return from && *from != m_stage && checkMove(*from, m_stage).hasValue();
}

bool VersionColumnModel::dropMimeData(
    const QMimeData *data, Qt::DropAction action, int row, int column, const QModelIndex &parent)
{
    if (!canDropMimeData(data, action, row, column, parent))
        return false;
    const QString version = QString::fromUtf8(data->data(kMimeType));
    QMetaObject::invokeMethod(
        this, [this, version] { Q_EMIT moveRequested(version, m_stage); }, Qt::QueuedConnection);
    return false; // the view must not take the card away: only the server moves it
}

} // namespace signalbox
