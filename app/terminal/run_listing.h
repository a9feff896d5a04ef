// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/composition/session.h"
#include "app/terminal/output.h"

#include <string>
#include <vector>

namespace signalbox {

//! What `runs list` was asked for.
struct RunListSpec {
    std::string experiment;
    std::string filter;
    std::string orderBy;
    int limit = 100;
    bool limitGiven = false;
    bool all = false;
    std::vector<std::string> columns;
    std::string format{"table"};
    //! Rows to print at most; -1 for every match.
    [[nodiscard]] qsizetype rowLimit() const { return all && !limitGiven ? -1 : limit; }
};

struct RunListing {
    QList<mlflow::Run> runs; //!< At most the limit.
    qint64 total = 0; //!< Matches counted so far.
    bool complete = true; //!< False when the server has more than were counted.
    qint64 asOf = 0;
};

//! Filter and order are the server's; pages until the limit, or all of them with `--all`.
[[nodiscard]] Call<RunListing> listRuns(Session &session, const RunListSpec &spec);
void printRuns(Output &out, const RunListSpec &spec, const RunListing &listing);

} // namespace signalbox
