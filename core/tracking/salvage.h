// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/tracking/sqlite_db.h"

#include <QtCore/QSet>
#include <QtCore/QString>

#include <functional>

namespace signalbox {

struct SalvageTable;

/*! Copies what can be read of a damaged journal database into a new one, row by row and around the
 *  pages that cannot be read. One use per object; blocking. */
class Salvage final {
public:
    using MakeTables = std::function<Result<void>(SqliteDb &)>;

    //! Fails when the damaged one shows no tables at all, or the new one cannot be written.
    [[nodiscard]] Result<void> run(
        const QString &damaged, const QString &fresh, const MakeTables &makeTables);
    [[nodiscard]] int runs() const { return m_runs; }
    [[nodiscard]] int items() const { return m_items; }
    //! At most: items whose run is gone, and keys on pages that cannot be read.
    [[nodiscard]] int unreadable() const { return m_unreadable; }
    [[nodiscard]] const QSet<QString> &spoolFiles() const { return m_spoolFiles; }

private:
    using See = std::function<void(const Query &row)>;
    //! The number of rows.
    [[nodiscard]] Result<int> copy(
        SqliteDb &from, SqliteDb &to, const SalvageTable &table, const See &see);
    [[nodiscard]] Result<void> copyAll(SqliteDb &from, SqliteDb &to);
    [[nodiscard]] Result<void> dropOrphans(SqliteDb &to);
    int m_runs = 0;
    int m_items = 0;
    int m_unreadable = 0;
    QSet<QString> m_spoolFiles;
};

} // namespace signalbox
