# SPDX-License-Identifier: GPL-3.0-or-later
"""Columns that give the answer away. `critical` blocks training, `warning` is reported."""

import numpy as np
import pandas as pd

from signalbox_engine import cancel

CRITICAL, WARNING = 0.999, 0.98
_MAX_ROWS = 20000


def find_leaks(frame, columns, target_name, target, seed):
    """List of `{column, kind, severity, score, message}` for the feature columns.

    `frame` and `target.y` hold the same rows. Score: share of rows explained by the column alone
    (classes) or absolute Pearson or Spearman correlation (regression).
    """
    y = target.y
    if len(y) > _MAX_ROWS:
        chosen = np.random.default_rng(seed).choice(len(y), _MAX_ROWS, replace=False)
        frame, y = frame.iloc[chosen], y[chosen]
    leaks = []
    for column in columns:
        cancel.check()
        if column.role not in ("feature", "treatment"):
            continue
        leak = _by_name(column, target_name) or _by_values(frame[column.name], column, y,
                                                            target.is_classes)
        if leak:
            leaks.append(leak)
    return sorted(leaks, key=lambda leak: (leak["severity"], -leak["score"], leak["column"]))


def _leak(column, kind, severity, score, message):
    return {"column": column.name, "kind": kind, "severity": severity,
            "score": round(float(score), 6), "message": message}


def _by_name(column, target_name):
    if column.name.strip().lower() == target_name.strip().lower():
        return _leak(column, "same_name", "critical", 1.0,
                     f"Column {column.name!r} has the target's name.")
    return None


def _by_values(series, column, y, is_classes):
    score = _explained(series, column, y) if is_classes else _correlation(series, column, y)
    if score >= WARNING:
        severity = "critical" if score >= CRITICAL else "warning"
        what = "decides the target for" if is_classes else "correlates with the target at"
        text = f"{score:.1%} of the rows" if is_classes else f"{score:.4f}"
        return _leak(column, "predicts_target", severity, score,
                     f"Column {column.name!r} alone {what} {text}.")
    return None


def _explained(series, column, y):
    """Share of rows whose class follows from this column alone.

    Numbers: a decision tree with one leaf per class. Others: majority class per value, only
    where values repeat (at least 5 rows per value on average).
    """
    classes = len(np.unique(y))
    filled = series.notna().to_numpy()
    if filled.sum() < 0.5 * len(y):
        return 0.0
    if column.type in ("integer", "real"):
        from sklearn.tree import DecisionTreeClassifier

        values = series.to_numpy(dtype=np.float64)[filled].reshape(-1, 1)
        values = np.nan_to_num(values, posinf=1e300, neginf=-1e300).astype(np.float32)
        values = np.nan_to_num(values, posinf=3e38, neginf=-3e38)
        tree = DecisionTreeClassifier(max_leaf_nodes=max(2, classes), random_state=0)
        return float(tree.fit(values, y[filled]).score(values, y[filled]))
    if column.distinct * 5 > len(y):
        return 0.0
    counts = pd.crosstab(series[filled].astype(str).to_numpy(), y[filled])
    return float(counts.max(axis=1).sum() / counts.to_numpy().sum())


def _correlation(series, column, y):
    if column.type not in ("integer", "real"):
        return 0.0
    pair = pd.DataFrame({"x": series.to_numpy(dtype=np.float64), "y": y})
    pair = pair.replace([np.inf, -np.inf], np.nan).dropna()
    if len(pair) < 10 or pair.x.nunique() < 2:
        return 0.0
    pearson = abs(pair.x.corr(pair.y))
    spearman = abs(pair.x.rank().corr(pair.y.rank()))
    return float(max(pearson, spearman))
