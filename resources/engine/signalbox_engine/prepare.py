# SPDX-License-Identifier: GPL-3.0-or-later
"""From the request to checked rows: what benchmark and train have in common."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from signalbox_engine.columns import describe_columns
from signalbox_engine.errors import EngineError
from signalbox_engine.leakage import find_leaks
from signalbox_engine.problem import Target, encode_target, require_column
from signalbox_engine.quality import check_quality
from signalbox_engine.reader import Table, read_table
from signalbox_engine.request import bad

MIN_ROWS = 10


@dataclass
class Prepared:
    """Checked rows with a target: `frame` has index 0..n-1, `rows` are their places in the file."""

    table: Table
    frame: pd.DataFrame
    rows: np.ndarray
    columns: list
    target: Target
    qc: dict
    leaks: list

    @property
    def features(self):
        """The columns the model uses."""
        return [column for column in self.columns if column.role in ("feature", "treatment")]

    @property
    def dropped(self):
        """`[{column, reason}]` of unused columns; time and group columns steer the split."""
        reasons = {"time": "orders the rows", "group": "keeps rows together"}
        return [{"column": column.name, "reason": reasons.get(column.role, column.note)}
                for column in self.columns if column.role in ("dropped", "time", "group")]


def prepare(job, drop=()):
    """Reads, checks and encodes; raises EngineError with the kinds of PROTOCOL.md."""
    table = read_table(job)
    job.channel.progress("check", 0, 1)
    for key in ("target", "group", "time", "treatment"):
        if job.data[key]:
            require_column(table, job.data[key], key)
    _require_distinct_roles(job)
    name, path = job.data["target"], table.path
    has_target = table.frame[name].notna().to_numpy()
    rows = np.flatnonzero(has_target)
    if len(table.frame) and not len(rows):
        raise EngineError("constant_target", f"The target column {name!r} of {path} has no values.",
                          "Choose another target column.")
    if len(rows) < MIN_ROWS:
        raise EngineError("too_few_rows", f"{path} has {len(rows)} rows with a value in {name!r}; "
                          f"at least {MIN_ROWS} are needed.", "Use a file with more rows.")
    frame = table.frame.iloc[rows].reset_index(drop=True)
    target = encode_target(frame[name], path, job.options["problem"])
    columns = describe_columns(frame, job.data, set(drop), table.loose)
    _require_finite(frame, columns, path)
    counts = None
    if target.is_classes:
        counts = dict(zip(target.labels, np.bincount(target.y), strict=True))
    qc = check_quality(table.frame, columns, name, counts)
    leaks = find_leaks(frame, columns, name, target, job.seed)
    job.channel.progress("check", 1, 1)
    return Prepared(table, frame, rows, columns, target, qc, leaks)


def _require_distinct_roles(job):
    used = [job.data[key] for key in ("target", "group", "time", "treatment") if job.data[key]]
    if len(used) != len(set(used)):
        raise bad("One column is named for two roles in data.",
                  "Target, group, time and treatment must be different columns.")


def _require_finite(frame, columns, path):
    for column in columns:
        if column.type != "real" or column.role not in ("feature", "treatment"):
            continue
        if np.isinf(frame[column.name].to_numpy(dtype=np.float64)).any():
            raise EngineError("unreadable_data", f"Column {column.name!r} of {path} holds infinite "
                              "numbers.", "Leave those cells empty, or leave the column out.")


def gate(job, prepared):
    """Blocks on failed quality or critical leaks unless a reason was given.

    Returns the overrides used: `[{check, reason}]`.
    """
    overrides = []
    for text in prepared.qc["warnings"]:
        job.channel.log("warning", f"Data: {text}.")
    for leak in prepared.leaks:
        job.channel.log("warning", leak["message"])
    if not prepared.qc["passed"]:
        reason = job.options["allow_qc"].strip()
        if not reason:
            raise EngineError("qc_blocked", f"The data in {prepared.table.path} did not pass the "
                              f"quality check: {'; '.join(prepared.qc['blocking'])}.",
                              "Improve the data, or allow it with a reason.")
        overrides.append({"check": "qc", "reason": reason})
    critical = [leak for leak in prepared.leaks if leak["severity"] == "critical"]
    if critical:
        reason = job.options["allow_leakage"].strip()
        if not reason:
            raise EngineError("leakage_blocked", " ".join(leak["message"] for leak in critical[:5])
                              + " This looks like the answer hidden in the data.",
                              "Leave the column out, or allow it with a reason.")
        overrides.append({"check": "leakage", "reason": reason})
    return overrides
