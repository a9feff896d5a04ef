# SPDX-License-Identifier: GPL-3.0-or-later
"""Train, validation, test and holdout rows: disjoint, seeded, proportional."""

import numpy as np
import pandas as pd

from signalbox_engine.errors import EngineError
from signalbox_engine.request import bad

PARTS = ("train", "validation", "test", "holdout")
MIN_ROWS = 10  # of train, validation and test
TOLERANCE = 0.02


def check_fractions(fractions):
    """Four numbers above 0 with the sum 1, else bad_request."""
    good = (len(fractions) == 4
            and all(isinstance(value, (int, float)) and value > 0 for value in fractions)
            and abs(sum(fractions) - 1) <= 0.01)
    if not good:
        raise bad(f"Option fractions must be four numbers above 0 that add up to 1, not "
                  f"{fractions}.", "The default is [0.6, 0.2, 0.15, 0.05].")
    return [value / sum(fractions) for value in fractions]


def pick_strategy(wanted, data, is_classes):
    """`auto` -> time, group, stratified or random; missing columns are bad_request."""
    if wanted == "auto":
        if data["time"]:
            return "time"
        if data["group"]:
            return "group"
        return "stratified" if is_classes else "random"
    if wanted in ("time", "group") and not data[wanted]:
        raise bad(f"A split by {wanted} needs the column data.{wanted}.")
    return "random" if wanted == "stratified" and not is_classes else wanted


def split_rows(strategy, fractions, y, seed, order=None, groups=None):
    """{part: sorted positions 0..n-1}; raises too_few_rows.

    y: class numbers for `stratified`; order: sortable values for `time`; groups: for `group`.
    """
    n = len(y)
    rng = np.random.default_rng(seed)
    if strategy == "time":
        part_of = _cut(np.argsort(order, kind="stable"), fractions, n)
    elif strategy == "group":
        part_of = _by_group(groups, fractions, rng)
    else:
        rows = rng.permutation(n)
        if strategy == "stratified":
            rows = rows[np.argsort(y[rows], kind="stable")]
        part_of = np.empty(n, dtype=np.int64)
        part_of[rows] = _round_robin(n, fractions)
    parts = {name: np.flatnonzero(part_of == k) for k, name in enumerate(PARTS)}
    _check_sizes(parts, n, strategy)
    return parts


def _round_robin(n, fractions):
    """n part numbers; every stretch of them is close to `fractions` (largest deficit first)."""
    length = min(n, 2000)
    assigned = np.zeros(4)
    pattern = np.empty(length, dtype=np.int64)
    for k in range(length):
        pattern[k] = np.argmax(np.asarray(fractions) * (k + 1) - assigned)
        assigned[pattern[k]] += 1
    return np.resize(pattern, n)


def _cut(rows, fractions, n):
    part_of = np.empty(n, dtype=np.int64)
    bounds = np.round(np.cumsum(fractions) * n).astype(int)
    for k, (start, end) in enumerate(zip([0, *bounds[:3]], [*bounds[:3], n], strict=True)):
        part_of[rows[start:end]] = k
    return part_of


def _by_group(groups, fractions, rng):
    """Whole groups, in random order, each to the part with the largest deficit in rows."""
    codes, names = pd.factorize(pd.Series(groups).astype(str))
    if len(names) < 4:
        raise EngineError("too_few_rows", f"The group column has only {len(names)} groups; a "
                          "split needs at least 4.", "Choose another group column or split.")
    sizes = np.bincount(codes)
    assigned, part = np.zeros(4), np.empty(len(names), dtype=np.int64)
    total = 0
    for group in rng.permutation(len(names)):
        total += sizes[group]
        part[group] = np.argmax(np.asarray(fractions) * total - assigned)
        assigned[part[group]] += sizes[group]
    return part[codes]


def _check_sizes(parts, n, strategy):
    short = [name for name in PARTS if len(parts[name]) < (1 if name == "holdout" else MIN_ROWS)]
    if short:
        raise EngineError(
            "too_few_rows", f"{n} rows are too few: the {strategy} split leaves "
            + ", ".join(f"{len(parts[name])} rows for {name}" for name in short) + ".",
            f"Train, validation and test need {MIN_ROWS} rows each; use at least 70 rows.")


def deviations(parts, fractions):
    """Parts whose share is more than 2 points off, as texts (time and group splits may be)."""
    n = sum(len(rows) for rows in parts.values())
    return [f"{name} has {len(parts[name]) / n:.1%} of the rows instead of {share:.0%}"
            for name, share in zip(PARTS, fractions, strict=True)
            if abs(len(parts[name]) / n - share) > TOLERANCE + 1e-9]
