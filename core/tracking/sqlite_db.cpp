// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/sqlite_db.h"

#include <sqlite3.h>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kBusyMs = 10'000;

Failure localFailure(const QString &message, const QString &hint)
{
    return Failure(ErrorKind::Local, message, hint);
}

} // namespace

SqliteDb::~SqliteDb()
{
    close();
}

void SqliteDb::close()
{
    for (sqlite3_stmt *statement : std::as_const(m_statements))
        sqlite3_finalize(statement);
    m_statements.clear();
    sqlite3_close(m_db);
    m_db = nullptr;
}

Result<void> SqliteDb::open(const QString &path)
{
    m_path = path;
    m_damaged = false;
    // NOMUTEX: the owner makes sure that one thread at a time uses the connection.
    const int code = sqlite3_open_v2(path.toUtf8().constData(), &m_db,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code != SQLITE_OK)
        return failure(code);
    sqlite3_extended_result_codes(m_db, 1);
    sqlite3_busy_timeout(m_db, kBusyMs);
    return {};
}

Result<void> SqliteDb::exec(const QByteArray &sql)
{
    const int code = sqlite3_exec(m_db, sql.constData(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return failure(code);
    return {};
}

qint64 SqliteDb::lastInsertId() const
{
    return sqlite3_last_insert_rowid(m_db);
}

int SqliteDb::changes() const
{
    return sqlite3_changes(m_db);
}

bool SqliteDb::inTransaction() const
{
    return sqlite3_get_autocommit(m_db) == 0;
}

Failure SqliteDb::failure(int code) const
{
    const QString reason = QString::fromUtf8(m_db ? sqlite3_errmsg(m_db) : sqlite3_errstr(code));
    const QString where = u"\"%1\" (%2)"_s.arg(m_path, reason);
    switch (code & 0xff) {
    case SQLITE_FULL:
        return localFailure(u"The disk is full: the journal cannot grow, %1."_s.arg(where),
            u"Free some space and try again; what was acknowledged before is safe."_s);
    case SQLITE_IOERR:
        return localFailure(u"The journal cannot be written, %1."_s.arg(where),
            u"Look for a full disk, a file size limit or a failing disk; what was acknowledged "
            u"before is safe."_s);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return localFailure(u"The journal cannot be opened for writing, %1."_s.arg(where),
            u"Give yourself write permission for its folder, or choose another SIGNALBOX_HOME."_s);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return damage(reason);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return localFailure(u"Another process keeps the journal locked, %1."_s.arg(where),
            u"Wait for it or end it, then try again."_s);
    default:
        return localFailure(u"The journal failed, %1."_s.arg(where), {});
    }
}

Failure SqliteDb::damage(const QString &verdict) const
{
    m_damaged = true;
    return localFailure(u"The journal is damaged, \"%1\" (%2)."_s.arg(m_path, verdict),
        u"End every program that uses it and start again: what can be read is then moved into a "
        u"new journal, and the damaged file is kept."_s);
}

sqlite3_stmt *SqliteDb::prepared(const char *sql, int *code)
{
    sqlite3_stmt *&statement = m_statements[sql];
    if (!statement)
        *code = sqlite3_prepare_v3(m_db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    return statement;
}

Query::Query(SqliteDb &db, const char *sql)
    : m_db(db)
{
    int code = SQLITE_OK;
    m_statement = db.prepared(sql, &code);
    check(code);
}

Query::~Query()
{
    if (!m_statement)
        return;
    sqlite3_reset(m_statement);
    sqlite3_clear_bindings(m_statement);
}

void Query::check(int code)
{
    if (code != SQLITE_OK && !m_problem)
        m_problem = m_db.failure(code);
}

Query &Query::bind(qint64 value)
{
    if (m_statement)
        check(sqlite3_bind_int64(m_statement, ++m_bound, value));
    return *this;
}

Query &Query::bind(const QString &value)
{
    const QByteArray utf8 = value.toUtf8();
    if (m_statement)
        check(sqlite3_bind_text64(m_statement, ++m_bound, utf8.constData(),
            static_cast<sqlite3_uint64>(utf8.size()), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Query &Query::bind(const QByteArray &value)
{
    if (m_statement)
        check(sqlite3_bind_blob64(m_statement, ++m_bound, value.constData(),
            static_cast<sqlite3_uint64>(value.size()), SQLITE_TRANSIENT));
    return *this;
}

Query &Query::bindCopy(const Query &row, int column)
{
    if (m_statement)
        check(sqlite3_bind_value(
            m_statement, ++m_bound, sqlite3_column_value(row.m_statement, column)));
    return *this;
}

int Query::columns() const
{
    return m_statement ? sqlite3_column_count(m_statement) : 0;
}

bool Query::next()
{
    if (m_problem)
        return false;
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        check(code);
    return false;
}

Result<void> Query::run()
{
    while (next()) { }
    if (m_problem)
        return *m_problem;
    return {};
}

qint64 Query::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

QString Query::text(int column) const
{
    return QString::fromUtf8(blob(column));
}

QByteArray Query::blob(int column) const
{
    const void *data = sqlite3_column_blob(m_statement, column);
    return QByteArray(static_cast<const char *>(data), sqlite3_column_bytes(m_statement, column));
}

} // namespace signalbox
