// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/artifact_tree_model.h"

#include "ui/models/formatters.h"
#include "ui/theme/icons.h"
#include "ui/widgets/plain_label.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

struct ArtifactTreeModel::Node {
    File file;
    QString label;
    Node *parent = nullptr;
    bool asked = false;
    std::vector<std::unique_ptr<Node>> children;

    [[nodiscard]] int row() const
    {
        const auto same = [this](const auto &c) { return c.get() == this; };
        const auto &all = parent->children;
        return static_cast<int>(std::find_if(all.cbegin(), all.cend(), same) - all.cbegin());
    }
};

ArtifactTreeModel::ArtifactTreeModel(QObject *parent)
    : QAbstractItemModel(parent)
    , m_root(std::make_unique<Node>())
{
}

ArtifactTreeModel::~ArtifactTreeModel() = default;

void ArtifactTreeModel::clear()
{
    beginResetModel();
    m_loading.reset();
    m_root = std::make_unique<Node>();
    m_state = State::Empty;
    endResetModel();
    Q_EMIT stateChanged();
}

void ArtifactTreeModel::load(FetchArtifacts fetch, const QList<LoggedModelId> &models)
{
    clear();
    m_fetch = std::move(fetch);
    m_loading = std::make_unique<QObject>();
    if (!models.isEmpty()) {
        beginInsertRows({}, 0, static_cast<int>(models.size()) - 1);
        for (const LoggedModelId &model : models) {
            auto node = std::make_unique<Node>();
            node->file = {model, {}, true, -1};
            node->label = u"model "_s + model.text().left(12);
            node->parent = m_root.get();
            m_root->children.push_back(std::move(node));
        }
        endInsertRows();
    }
    m_root->asked = true;
    setState(State::Loading);
    list(m_root.get());
}

void ArtifactTreeModel::list(Node *node)
{
    node->asked = true;
    // Nodes live until the next load(), and so does the context of this call.
    m_fetch(node->file.model, node->file.path)
        .then(m_loading.get(), [this, node](const Result<QList<mlflow::FileInfo>> &result) {
            const bool top = node == m_root.get();
            if (result) {
                fill(node, *result);
                if (top)
                    setState(State::Ready);
                return;
            }
            node->asked = false;
            m_error = result.error();
            if (top)
                setState(State::Failed);
            else
                Q_EMIT listingFailed(result.error());
        });
}

void ArtifactTreeModel::fill(Node *node, QList<mlflow::FileInfo> files)
{
    std::sort(files.begin(), files.end(), [](const auto &a, const auto &b) {
        return a.isDirectory != b.isDirectory ? a.isDirectory : a.path < b.path;
    });
    if (files.isEmpty())
        return;
    const auto first = static_cast<int>(node->children.size());
    beginInsertRows(indexOf(node), first, first + static_cast<int>(files.size()) - 1);
    for (const mlflow::FileInfo &info : std::as_const(files)) {
        auto child = std::make_unique<Node>();
        child->file = {node->file.model, info.path, info.isDirectory, info.size};
        child->label = info.path.section(u'/', -1);
        child->parent = node;
        node->children.push_back(std::move(child));
    }
    endInsertRows();
}

void ArtifactTreeModel::setState(State state)
{
    m_state = state;
    Q_EMIT stateChanged();
}

ArtifactTreeModel::Node *ArtifactTreeModel::nodeOf(const QModelIndex &index) const
{
    return index.isValid() ? static_cast<Node *>(index.internalPointer()) : m_root.get();
}

QModelIndex ArtifactTreeModel::indexOf(Node *node) const
{
    return node && node->parent ? createIndex(node->row(), 0, node) : QModelIndex();
}

ArtifactTreeModel::File ArtifactTreeModel::file(const QModelIndex &index) const
{
    return index.isValid() ? nodeOf(index)->file : File();
}

QModelIndex ArtifactTreeModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, nodeOf(parent)->children[static_cast<size_t>(row)].get());
}

QModelIndex ArtifactTreeModel::parent(const QModelIndex &child) const
{
    return child.isValid() ? indexOf(nodeOf(child)->parent) : QModelIndex();
}

int ArtifactTreeModel::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent)->children.size());
}

int ArtifactTreeModel::columnCount(const QModelIndex &) const
{
    return 2;
}

bool ArtifactTreeModel::hasChildren(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return !m_root->children.empty();
    const Node *node = nodeOf(parent);
    return parent.column() == 0 && node->file.isDirectory
        && (!node->asked || !node->children.empty());
}

bool ArtifactTreeModel::canFetchMore(const QModelIndex &parent) const
{
    const Node *node = nodeOf(parent);
    return parent.isValid() && m_fetch && node->file.isDirectory && !node->asked;
}

void ArtifactTreeModel::fetchMore(const QModelIndex &parent)
{
    if (canFetchMore(parent))
        list(nodeOf(parent));
}

QVariant ArtifactTreeModel::data(const QModelIndex &index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid));
    const Node *node = nodeOf(index);
    if (index.column() == 1) {
        if (role == Qt::TextAlignmentRole)
            return alignment(true);
        return role == Qt::DisplayRole && !node->file.isDirectory ? format::bytes(node->file.size)
                                                                  : QVariant();
    }
    switch (role) {
    case Qt::DisplayRole:
        return format::oneLine(node->label, 200);
    case Qt::ToolTipRole:
        return plainToolTip(node->file.path);
    case RawValueRole:
        return node->file.path;
    case Qt::DecorationRole:
        return themeIcon(!node->file.isDirectory ? u"file"_s
                : node->file.path.isEmpty()      ? u"models"_s
                                                 : u"folder"_s);
    default:
        return {};
    }
}

} // namespace signalbox
