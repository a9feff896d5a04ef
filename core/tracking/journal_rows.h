// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QList>
#include <QtCore/QString>

//! What the journal's tables hold, as plain values.
namespace signalbox {

//! The order of the values is the order of replay inside one run; a create comes before all.
enum class ItemKind : quint8 {
    Batch = 1,
    Inputs = 2,
    File = 3,
    Model = 4,
    Finish = 5,
    RegisterModel = 6, //!< In the lane of the model's name, like its versions, in their order.
    RegisterVersion = 7,
    CreateExperiment = 8, //!< Without a run, in a lane of its own.
};

//! How far the run itself is on the server.
enum class RunPhase : quint8 {
    Unknown, //!< Never sent.
    Attempted, //!< A create was sent and its outcome is not known: look before sending again.
    Linked, //!< The server's id is known.
};

//! Where an item stands. Held: behind a run that the server refused as a whole.
enum class ItemState : quint8 { Pending, Parked, Held };

struct NewRun {
    QString localId;
    QString parent; //!< Local id of a run in this journal, or empty.
    QString owner; //!< Name of the owner's lock file.
    QString title; //!< For people.
    QByteArray spec;
    qint64 startMs = 0;
};

//! A copy in the spool that belongs to the journal.
struct SpooledFile {
    QString spool; //!< File name inside the spool folder.
    QString path; //!< Where it goes, relative to the run's or model's artifacts.
    qint64 size = 0;
    QString sha256;
};

struct NewItem {
    ItemKind kind = ItemKind::Batch;
    QByteArray payload;
    QByteArray progress{}; //!< What was reached before it was written here.
    int metrics = 0;
    int params = 0;
    int tags = 0;
    qint64 bytes = 0; //!< Estimated size as JSON.
    QString what; //!< For people: "artifact plots/roc.png".
    QList<SpooledFile> files;
};

struct RunRow {
    qint64 id = 0;
    QString localId;
    QString title;
    QByteArray spec;
    qint64 startMs = 0;
    RunPhase phase = RunPhase::Unknown;
    bool ended = false; //!< Its finish is in the journal.
    QString runId;
    QString experimentId;
    QString artifactUri;
    QString modelId;
    QString refusal; //!< Why the server refused the run as a whole; empty if it did not.
    QString parentRunId; //!< The server's id of the parent run of this journal, if any.
    QString parentRefusal;
    bool isRegistry = false; //!< The lane of a registered model or an experiment instead of a run.
};

struct FileRow {
    qint64 id = 0;
    SpooledFile file;
    bool sent = false;
};

struct ItemRow {
    qint64 seq = 0;
    ItemKind kind = ItemKind::Batch;
    QByteArray payload;
    QByteArray progress; //!< What a step of several requests has reached.
    QString what;
    QList<FileRow> files;
    QString afterRun; //!< Local id of the run that a version comes from, or empty.
    int batch = 0; //!< Which of the chunk's batches it belongs to.
};

/*! What to send next for one run: a create (nothing in items), values for one batch or, when all
 *  are metrics, for several that may arrive in any order, or one item. */
struct Chunk {
    RunRow run;
    QList<ItemRow> items;
    int parked = 0; //!< Items of this run that were refused so far.
    [[nodiscard]] bool needsCreate() const
    {
        return run.phase != RunPhase::Linked && run.refusal.isEmpty();
    }
};

//! An item that the server refused for good; replaces what it was part of.
struct Refusal {
    ItemKind kind = ItemKind::Batch;
    QByteArray payload;
    QString what;
    QString reason;
    qint64 seq = 0; //!< Set by the store.
    int metrics = 0;
    int params = 0;
    int tags = 0;
    qint64 bytes = 0;
};

//! What is known about one run, for those who wait for it.
struct Settlement {
    bool known = false;
    RunRow run;
    qint64 lastSeq = 0; //!< Of the newest item ever seen pending or parked.
    int pending = 0;
    int parked = 0;
    qint64 pendingPoints = 0;
    qint64 parkedPoints = 0;
    QString parkedReason;
};

} // namespace signalbox
