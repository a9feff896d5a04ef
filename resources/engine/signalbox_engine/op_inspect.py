# SPDX-License-Identifier: GPL-3.0-or-later
"""Operation `inspect`: what is in a file, and can its target be learned?"""

import numpy as np

from signalbox_engine.algorithms import suitable
from signalbox_engine.columns import describe_columns, preview
from signalbox_engine.imbalance import severity_of
from signalbox_engine.leakage import find_leaks
from signalbox_engine.problem import encode_target, require_column
from signalbox_engine.quality import check_quality
from signalbox_engine.reader import read_table

_MAX_CLASSES = 50


def run(job):
    """Returns the result of PROTOCOL.md's inspect; raises the errors of reading and target."""
    table = read_table(job)
    job.channel.progress("inspect", 0, 1)
    name = job.data["target"]
    for key in ("target", "group", "time", "treatment"):
        if job.data[key]:
            require_column(table, job.data[key], key)
    columns = describe_columns(table.frame, job.data)
    result = {"data": table.block(name), "problem": "", "target": None, "leaks": [],
              "columns": [column.report(table.frame[column.name]) for column in columns],
              "preview": preview(table.frame, job.options["preview_rows"]), "suitable": []}
    counts = None
    if name:
        frame = table.frame[table.frame[name].notna()].reset_index(drop=True)
        target = encode_target(frame[name], table.path, job.options["problem"])
        result["problem"] = target.problem
        result["suitable"] = suitable(target.problem)
        result["target"], counts = _describe_target(table, columns, target)
        result["leaks"] = find_leaks(frame, columns, name, target, job.seed)
    result["qc"] = check_quality(table.frame, columns, name or None, counts)
    job.channel.progress("inspect", 1, 1)
    return result


def _describe_target(table, columns, target):
    """(entry of PROTOCOL.md, {label: rows} or None)."""
    column = next(column for column in columns if column.role == "target")
    entry = {"name": column.name, "type": column.type, "missing": column.missing,
             "distinct": column.distinct, "classes": []}
    if not target.is_classes:
        y = target.y
        entry.update(min=y.min(), max=y.max(), mean=y.mean(), std=y.std())
        return entry, None
    counts = np.bincount(target.y)
    order = np.argsort(-counts, kind="stable")[:_MAX_CLASSES]
    entry["classes"] = [{"label": str(target.labels[k]), "count": int(counts[k]),
                         "share": float(counts[k] / counts.sum())} for k in order]
    entry["imbalance"], entry["minority_share"] = severity_of(counts.tolist())
    return entry, dict(zip(target.labels, counts.tolist(), strict=True))
