// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/mlflow/entities.h"

#include <QtCore/QList>
#include <QtCore/QString>

#include <memory>
#include <string_view>

namespace signalbox {

//! What one group of input lines said, in the order of the lines.
struct RecordChunk {
    struct Artifact {
        QString path; //!< As it was written: relative to the artifact folder.
        QString to; //!< Path in the run; empty means the same.
        qint64 line = 0;
    };
    struct Remark {
        qint64 line = 0;
        QString text;
    };
    QList<mlflow::Metric> metrics;
    QList<mlflow::Param> params;
    mlflow::TagList tags;
    QList<Artifact> artifacts;
    QList<Remark> remarks; //!< Only the first ones of the whole input; `skipped` counts all.
    qint64 skipped = 0; //!< Lines of this chunk that could not be used.
    qint64 lastLine = 0; //!< Number of the last line that is part of this chunk.
    bool ended = false; //!< The input ended behind this chunk.
    QString trouble; //!< Why it could not be read any further; empty at a proper end.

    [[nodiscard]] bool isEmpty() const;
    //! As many values as one request to the server may hold.
    [[nodiscard]] bool isFull() const;
};

/*! Reads the lines of `signalboxctl record`: one JSON object each, with one of the members metric,
 *  param, tag or artifact. A line that cannot be used is counted and, for the first ones, told with
 *  its reason; it changes nothing else. Standard C++ and one simdjson parser inside: one thread at
 * a time. */
class RecordParser final {
public:
    RecordParser();
    ~RecordParser();
    Q_DISABLE_COPY_MOVE(RecordParser)

    //! Bytes behind the line that must be readable, whatever they hold.
    static const std::size_t kPadding;

    //! `line` without its line break; `nowMs` stands for a missing timestamp.
    void parse(std::string_view line, qint64 number, qint64 nowMs, RecordChunk &chunk);
    //! Counts a line that was given up before it was whole.
    void refuse(qint64 number, const QString &reason, RecordChunk &chunk);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace signalbox
