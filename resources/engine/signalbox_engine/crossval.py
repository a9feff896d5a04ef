# SPDX-License-Identifier: GPL-3.0-or-later
"""Cross-validation folds over some rows of the prepared data, in the spirit of the split."""

import numpy as np
import pandas as pd

from signalbox_engine.request import bad

_MIN_FOLD_ROWS = 5


def group_names(prepared, name):
    """The group column as text (n,)."""
    return prepared.frame[name].astype(str).to_numpy()


def time_order(prepared, name):
    """Sortable numbers of the time column (n,), missing ones last; else bad_request."""
    column = next(column for column in prepared.columns if column.name == name)
    series = prepared.frame[name]
    if column.type == "date":
        when = pd.to_datetime(series, format=column.format, errors="coerce", utc=True)
        order = when.astype("int64").to_numpy(dtype=np.float64)
    elif column.type in ("integer", "real"):
        order = series.to_numpy(dtype=np.float64)
    else:
        raise bad(f"The time column {name!r} holds neither dates nor numbers.",
                  "Choose a column with dates or increasing numbers.")
    return np.where(series.isna().to_numpy(), np.inf, order)


def fold_pairs(job, prepared, rows, strategy):
    """List of (fit rows, score rows) within `rows`; empty if two folds are impossible.

    The number of folds is the option `folds`, lowered to the rows of the rarest class, the number
    of groups and one fold per 5 rows.
    """
    target = prepared.target
    groups = group_names(prepared, job.data["group"])[rows] if strategy == "group" else None
    if strategy == "time":
        order = time_order(prepared, job.data["time"])[rows]
        rows = rows[np.argsort(order, kind="stable")]
    y = target.y[rows]
    most = [len(rows) // _MIN_FOLD_ROWS]
    if target.is_classes:
        most.append(int(np.bincount(y)[np.unique(y)].min()))
    if groups is not None:
        most.append(len(np.unique(groups)))
    count = min(job.options["folds"], *most)
    if count < 2:
        return []
    if count < job.options["folds"]:
        job.channel.log("warning", f"Only {count} folds are possible with these rows.")
    splitter = _splitter(strategy, count, target.is_classes, job.seed)
    return [(rows[fit_rows], rows[score_rows])
            for fit_rows, score_rows in splitter.split(np.zeros(len(y)), y, groups)]


def _splitter(strategy, count, is_classes, seed):
    from sklearn import model_selection as ms

    shuffle = {"shuffle": True, "random_state": seed}
    if strategy == "time":
        return ms.TimeSeriesSplit(count)
    if strategy == "group":
        return (ms.StratifiedGroupKFold if is_classes else ms.GroupKFold)(count, **shuffle)
    return (ms.StratifiedKFold if is_classes else ms.KFold)(count, **shuffle)
