// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QHashFunctions>
#include <QtCore/QString>

#include <compare>
#include <utility>

namespace signalbox {

//! A text id that cannot be mistaken for another kind of id. Empty means "none yet".
template <typename Tag> class Id final {
public:
    Id() = default;
    explicit Id(QString text)
        : m_text(std::move(text))
    {
    }
    [[nodiscard]] const QString &text() const { return m_text; }
    [[nodiscard]] bool isEmpty() const { return m_text.isEmpty(); }
    friend bool operator==(const Id &, const Id &) = default;
    friend bool operator<(const Id &a, const Id &b) { return a.m_text < b.m_text; }
    friend size_t qHash(const Id &id, size_t seed = 0) { return ::qHash(id.m_text, seed); }

private:
    QString m_text;
};

using ExperimentId = Id<struct ExperimentIdTag>;
using RunId = Id<struct RunIdTag>; //!< The server's id of a run.
using LocalRunId = Id<struct LocalRunIdTag>; //!< Ours, known before the server has seen the run.
using LoggedModelId = Id<struct LoggedModelIdTag>; //!< `m-` and 32 hex digits.
using OperationId =
    Id<struct OperationIdTag>; //!< Marks one create, so that it is found after a lost reply.

} // namespace signalbox
