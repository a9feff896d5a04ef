// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/terminal/artifact_folder.h"
#include "app/terminal/record_reader.h"
#include "app/terminal/run_end.h"
#include "app/terminal/terminal.h"
#include "core/tracking/run_session.h"

#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <deque>
#include <memory>
#include <optional>

namespace signalbox {

struct RecordSpec {
    QString experiment;
    QString runName;
    QString artifactsFrom; //!< Empty: no artifact may be named.
    std::chrono::milliseconds flush{10'000};
    bool waitSent = false;
    bool events = false;
};

/*! One run out of the lines on stdin. Takes from the reader as fast as the journal commits; what
 *  arrives while a commit runs goes into the next one. Main thread; owned by the terminal. */
class Recorder final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Recorder)

public:
    Recorder(Terminal &terminal, Session &session, RecordSpec spec);
    ~Recorder() override;

    void start();
    //! SIGINT or SIGTERM: what was read is still recorded, then the run ends KILLED.
    void interrupt();

private:
    //! What was handed to the journal together.
    struct Append {
        qint64 points = 0;
        qint64 values = 0; //!< Params, tags and artifacts.
        qint64 line = 0;
        int calls = 0; //!< Not acknowledged yet.
    };
    using AppendPtr = std::shared_ptr<Append>;

    void wake();
    void pump();
    [[nodiscard]] bool mayTake() const;
    void accept(RecordChunk chunk);
    void appendPending();
    void follow(const Call<Ack> &call, const AppendPtr &append);
    void acknowledge();
    void logArtifact(const RecordChunk::Artifact &artifact);
    void skip(qint64 line, const QString &reason);
    void remark(const RecordChunk::Remark &remark);
    void announceProgress(bool now);
    void endIfDone();
    void end(const RunOutcome &outcome);
    void fail(const Error &error);
    void reportNow();
    void report(const RunEndReport &report);
    [[nodiscard]] QJsonObject document(const RunEndReport &report) const;
    [[nodiscard]] Error notSent(const RunEndReport &report) const;
    //! Prints what there is to say and ends the program.
    void leave(QJsonObject values, const std::optional<Error> &error);

    Terminal &m_terminal;
    Connector &m_connector;
    RecordSpec m_spec;
    RunSession m_run;
    std::shared_ptr<ArtifactFolder> m_artifacts;
    std::unique_ptr<RecordReader> m_reader;
    RecordChunk m_pending; // values that no append holds yet
    std::deque<AppendPtr> m_appends; // in the order of the input
    int m_copies = 0; // artifacts on their way into the journal
    qint64 m_points = 0; // acknowledged, as all below
    qint64 m_values = 0;
    qint64 m_lines = 0;
    qint64 m_skipped = 0;
    qsizetype m_told = 0;
    QTimer m_pump;
    bool m_ended = false; // the input
    bool m_ending = false; // the run
    bool m_reported = false;
    RunOutcome m_outcome;
    QString m_trouble; // why the input broke off
    bool m_progressDue = false;
};

} // namespace signalbox
