// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/ids.h"

#include <QtCore/QList>
#include <QtCore/QMetaType>
#include <QtCore/QString>

namespace signalbox {

//! Committed to the journal: it will reach the server, whatever happens to this process.
struct Ack {
    qint64 sequence = 0;
};

struct ParkedItem {
    qint64 sequence = 0;
    LocalRunId run;
    QString what; //!< "param learning_rate", "artifact plots/roc.png" ...
    QString reason;
};

//! What has not reached the server yet.
struct JournalStatus {
    int pendingRuns = 0;
    int pendingBatches = 0;
    qint64 pendingPoints = 0;
    int pendingArtifacts = 0;
    QList<ParkedItem> parked;
    bool replayerElsewhere = false; //!< Another process holds the replay lease.
    [[nodiscard]] bool isEmpty() const
    {
        return pendingRuns == 0 && pendingBatches == 0 && pendingArtifacts == 0;
    }
};

/*! Whom a journal belongs to: a profile or workspace, never a URL that may change. */
struct JournalIdentity {
    QString key; //!< File-system safe; names the journal's folder.
    QString title; //!< For people.
};

} // namespace signalbox

Q_DECLARE_METATYPE(signalbox::JournalStatus)
