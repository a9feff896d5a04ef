// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QtCore/QByteArray>
#include <QtCore/QHash>
#include <QtCore/QString>

#include <memory>
#include <optional>

struct sqlite3;
struct sqlite3_stmt;

namespace signalbox {

/*! One connection to a SQLite file. Used by one thread at a time. Failures are Local errors that
 *  tell a full disk, a folder that cannot be written, a damaged file and a busy one apart. */
class SqliteDb final {
public:
    SqliteDb() = default;
    Q_DISABLE_COPY_MOVE(SqliteDb)
    ~SqliteDb();

    //! Creates the file (mode 0600) when missing.
    [[nodiscard]] Result<void> open(const QString &path);
    void close();
    //! Whether a call has found the file to be damaged since it was opened.
    [[nodiscard]] bool isDamaged() const { return m_damaged; }
    //! Several statements at once, without results.
    [[nodiscard]] Result<void> exec(const QByteArray &sql);
    [[nodiscard]] qint64 lastInsertId() const;
    [[nodiscard]] int changes() const;
    [[nodiscard]] bool inTransaction() const;
    //! What the last failed call means; `code` is SQLite's extended code.
    [[nodiscard]] Failure failure(int code) const;
    //! The same for a damage that a check has found.
    [[nodiscard]] Failure damage(const QString &verdict) const;

private:
    friend class Query;
    [[nodiscard]] sqlite3_stmt *prepared(const char *sql, int *code);
    sqlite3 *m_db = nullptr;
    QString m_path;
    mutable bool m_damaged = false;
    QHash<const char *, sqlite3_stmt *> m_statements; // by address: the texts are literals
};

/*! One execution of a cached statement; errors stick until `problem()` is asked. `sql` must be a
 *  string literal. */
class Query final {
public:
    Query(SqliteDb &db, const char *sql);
    ~Query();
    Q_DISABLE_COPY_MOVE(Query)

    Query &bind(qint64 value);
    Query &bind(const QString &value);
    Query &bind(const QByteArray &value);
    //! The value of another statement's row, as it is.
    Query &bindCopy(const Query &row, int column);
    //! True while there is a row.
    [[nodiscard]] bool next();
    //! Runs a statement without rows.
    [[nodiscard]] Result<void> run();
    [[nodiscard]] int columns() const;
    [[nodiscard]] qint64 integer(int column) const;
    [[nodiscard]] QString text(int column) const;
    [[nodiscard]] QByteArray blob(int column) const;
    [[nodiscard]] const std::optional<Failure> &problem() const { return m_problem; }

private:
    void check(int code);
    SqliteDb &m_db;
    sqlite3_stmt *m_statement = nullptr;
    int m_bound = 0;
    std::optional<Failure> m_problem;
};

} // namespace signalbox
