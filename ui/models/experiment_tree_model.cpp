// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/experiment_tree_model.h"

#include "core/base/clock.h"
#include "ui/models/formatters.h"
#include "ui/widgets/plain_label.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString countText(qint64 runs, bool atLeast)
{
    return format::count(runs) + (atLeast ? u"+"_s : QString());
}

} // namespace

struct ExperimentTreeModel::Node {
    QString label;
    QString path;
    QString id; // empty on pure folders
    bool pinnedCopy = false;
    Node *parent = nullptr;
    std::vector<std::unique_ptr<Node>> children;

    Node *child(const QString &name, const QString &childPath)
    {
        for (const auto &c : children) {
            if (!c->pinnedCopy && c->label == name)
                return c.get();
        }
        auto made = std::make_unique<Node>();
        made->label = name;
        made->path = childPath;
        made->parent = this;
        children.push_back(std::move(made));
        return children.back().get();
    }
    [[nodiscard]] int rowInParent() const
    {
        const auto same = [this](const auto &c) { return c.get() == this; };
        const auto &all = parent->children;
        return static_cast<int>(std::find_if(all.cbegin(), all.cend(), same) - all.cbegin());
    }
    template <typename Matches> Node *find(const Matches &matches)
    {
        for (const auto &c : children) {
            if (!c->pinnedCopy && matches(*c))
                return c.get();
            if (Node *below = c->find(matches))
                return below;
        }
        return nullptr;
    }
};

ExperimentTreeModel::ExperimentTreeModel(QObject *parent)
    : QAbstractItemModel(parent)
    , m_root(std::make_unique<Node>())
{
}

ExperimentTreeModel::~ExperimentTreeModel() = default;

void ExperimentTreeModel::setSource(FetchExperiments fetch)
{
    ++m_generation;
    m_call.cancel();
    m_fetch = std::move(fetch);
    if (m_experiments.isEmpty())
        return;
    // What one server told is not shown as another's.
    m_experiments.clear();
    m_counts.clear();
    rebuild();
    setState(State::Empty);
}

void ExperimentTreeModel::reload()
{
    ++m_generation;
    m_call.cancel();
    if (!m_fetch)
        return;
    m_incoming.clear();
    setState(State::Loading);
    fetch({});
}

void ExperimentTreeModel::fetch(const QString &token)
{
    mlflow::ExperimentQuery query;
    query.pageToken = token;
    m_call = m_fetch(query);
    m_call.call().then(this,
        [this, generation = m_generation](const Result<mlflow::Page<mlflow::Experiment>> &result) {
            receive(generation, result);
        });
}

void ExperimentTreeModel::receive(
    quint64 generation, const Result<mlflow::Page<mlflow::Experiment>> &result)
{
    if (generation != m_generation)
        return;
    if (!result) {
        m_error = result.error();
        setState(State::Failed);
        return;
    }
    m_incoming += result->items;
    if (!result->nextToken.isEmpty()) {
        fetch(result->nextToken);
        return;
    }
    m_loadedAt = systemClock().epochMs();
    m_experiments = std::exchange(m_incoming, {});
    rebuild();
    setState(State::Ready);
}

void ExperimentTreeModel::setState(State state)
{
    m_state = state;
    Q_EMIT stateChanged();
}

void ExperimentTreeModel::rebuild()
{
    auto sorted = m_experiments;
    std::sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) {
        return a.name.compare(b.name, Qt::CaseInsensitive) < 0;
    });
    auto root = std::make_unique<Node>();
    for (const QString &id : std::as_const(m_pinned)) {
        if (const mlflow::Experiment *known = experiment(id)) {
            auto copy = std::make_unique<Node>();
            copy->label = copy->path = known->name;
            copy->id = id;
            copy->pinnedCopy = true;
            copy->parent = root.get();
            root->children.push_back(std::move(copy));
        }
    }
    for (const mlflow::Experiment &e : std::as_const(sorted)) {
        Node *node = root.get();
        QString path;
        // Empty parts ("a//b", "/a") stay part of the next label, so that names stay distinct.
        for (const QString &part : e.name.split(u'/', Qt::SkipEmptyParts)) {
            path += path.isEmpty() ? part : QString(u'/' + part);
            node = node->child(part, path);
        }
        if (node == root.get() || !node->id.isEmpty())
            node = root->child(e.name, e.name);
        node->id = e.id.text();
    }
    beginResetModel();
    m_root = std::move(root);
    endResetModel();
}

const mlflow::Experiment *ExperimentTreeModel::experiment(const QString &id) const
{
    const auto same = [&id](const mlflow::Experiment &e) { return e.id.text() == id; };
    const auto found = std::find_if(m_experiments.cbegin(), m_experiments.cend(), same);
    return found == m_experiments.cend() ? nullptr : &*found;
}

QModelIndex ExperimentTreeModel::indexOfId(const QString &id) const
{
    return id.isEmpty() ? QModelIndex()
                        : indexOf(m_root->find([&id](const Node &n) { return n.id == id; }));
}

QModelIndex ExperimentTreeModel::indexOfPath(const QString &path) const
{
    return indexOf(m_root->find([&path](const Node &n) { return n.path == path; }));
}

void ExperimentTreeModel::setPinned(const QStringList &ids)
{
    if (ids == m_pinned)
        return;
    m_pinned = ids;
    rebuild();
}

void ExperimentTreeModel::setCount(const QString &id, qint64 runs, bool atLeast)
{
    const auto known = m_counts.constFind(id);
    if (atLeast && known != m_counts.cend() && known->runs > runs)
        return;
    m_counts.insert(id, {runs, atLeast});
    for (const auto &top : m_root->children) {
        if (top->pinnedCopy && top->id == id)
            Q_EMIT dataChanged(indexOf(top.get()), indexOf(top.get()), {CountRole, CountTextRole});
    }
    if (const QModelIndex index = indexOfId(id); index.isValid())
        Q_EMIT dataChanged(index, index, {CountRole, CountTextRole});
}

ExperimentTreeModel::Node *ExperimentTreeModel::nodeOf(const QModelIndex &index) const
{
    return index.isValid() ? static_cast<Node *>(index.internalPointer()) : m_root.get();
}

QModelIndex ExperimentTreeModel::indexOf(const Node *node) const
{
    return node && node->parent ? createIndex(node->rowInParent(), 0, node) : QModelIndex();
}

QModelIndex ExperimentTreeModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, nodeOf(parent)->children[static_cast<size_t>(row)].get());
}

QModelIndex ExperimentTreeModel::parent(const QModelIndex &child) const
{
    return child.isValid() ? indexOf(nodeOf(child)->parent) : QModelIndex();
}

int ExperimentTreeModel::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent)->children.size());
}

int ExperimentTreeModel::columnCount(const QModelIndex &) const
{
    return 1;
}

QVariant ExperimentTreeModel::data(const QModelIndex &index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid));
    const Node *node = nodeOf(index);
    switch (role) {
    case Qt::DisplayRole:
        return format::oneLine(node->label, 120);
    case Qt::ToolTipRole:
        return plainToolTip(format::oneLine(node->path));
    case Qt::AccessibleTextRole:
        return format::oneLine(node->path);
    case IdRole:
        return node->id;
    case PathRole:
    case RawValueRole:
        return node->path;
    case PinnedRole:
        return node->pinnedCopy;
    case CountRole:
        return m_counts.contains(node->id) ? QVariant(m_counts.value(node->id).runs) : QVariant();
    case CountTextRole:
        if (const auto count = m_counts.constFind(node->id); count != m_counts.cend())
            return countText(count->runs, count->atLeast);
        return {};
    default:
        return {};
    }
}

Qt::ItemFlags ExperimentTreeModel::flags(const QModelIndex &index) const
{
    Q_ASSERT(checkIndex(index));
    if (!index.isValid())
        return Qt::NoItemFlags;
    return nodeOf(index)->id.isEmpty() ? Qt::ItemIsEnabled
                                       : Qt::ItemIsEnabled | Qt::ItemIsSelectable;
}

} // namespace signalbox
