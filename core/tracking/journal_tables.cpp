// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/journal_tables.h"

namespace signalbox {

namespace {

constexpr auto kTables = R"(
CREATE TABLE runs(
  id INTEGER PRIMARY KEY AUTOINCREMENT, local_id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,
  parent TEXT NOT NULL, title TEXT NOT NULL, spec BLOB NOT NULL, start_ms INTEGER NOT NULL,
  touched_ms INTEGER NOT NULL, phase INTEGER NOT NULL DEFAULT 0, ended INTEGER NOT NULL DEFAULT 0,
  refusal TEXT NOT NULL DEFAULT '', run_id TEXT NOT NULL DEFAULT '',
  experiment_id TEXT NOT NULL DEFAULT '', artifact_uri TEXT NOT NULL DEFAULT '',
  model_id TEXT NOT NULL DEFAULT '');
CREATE TABLE items(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, kind INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0, metrics INTEGER NOT NULL DEFAULT 0,
  params INTEGER NOT NULL DEFAULT 0, tags INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0, what TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '', payload BLOB NOT NULL, progress BLOB NOT NULL DEFAULT x'');
CREATE TABLE files(
  id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, path TEXT NOT NULL, spool TEXT NOT NULL,
  size INTEGER NOT NULL, sha256 TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0);
CREATE INDEX items_of_run ON items(run, state, kind, seq);
CREATE INDEX items_pending ON items(kind, metrics) WHERE state = 0;
CREATE INDEX items_parked ON items(seq) WHERE state = 1;
CREATE INDEX files_of_item ON files(seq);
CREATE INDEX runs_open ON runs(owner) WHERE ended = 0;
PRAGMA user_version = 1;
)";

constexpr auto kSecondVersion = R"(
ALTER TABLE items ADD COLUMN created_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
CREATE TABLE dropped(
  id INTEGER PRIMARY KEY, dropped_ms INTEGER NOT NULL, run TEXT NOT NULL, what TEXT NOT NULL,
  reason TEXT NOT NULL);
PRAGMA user_version = 2;
)";

// Lanes are runs (0) and what is registered without one (1).
constexpr auto kThirdVersion = R"(
ALTER TABLE runs ADD COLUMN lane INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN after_run TEXT NOT NULL DEFAULT '';
CREATE TABLE about(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE incidents(
  id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, text TEXT NOT NULL);
PRAGMA user_version = 3;
)";

constexpr auto kFourthVersion = R"(
ALTER TABLE runs ADD COLUMN trouble TEXT NOT NULL DEFAULT '';
PRAGMA user_version = 4;
)";

} // namespace

Result<void> makeJournalTables(SqliteDb &db, qint64 version)
{
    if (version < 1) {
        if (auto made = db.exec(kTables); !made)
            return made;
    }
    if (version < 2) {
        if (auto made = db.exec(kSecondVersion); !made)
            return made;
    }
    if (version < 3) {
        if (auto made = db.exec(kThirdVersion); !made)
            return made;
    }
    return version < 4 ? db.exec(kFourthVersion) : Result<void>();
}

} // namespace signalbox
