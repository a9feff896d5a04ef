# SPDX-License-Identifier: GPL-3.0-or-later
"""Data quality: a score from 0 to 1, what blocks training and what deserves a warning."""

import numpy as np

MIN_SCORE = 0.8
MIN_CLASS_ROWS = 8  # so that each split and each search fold sees the class


def check_quality(frame, columns, target=None, counts=None):
    """Returns `{passed, score, blocking, warnings}`.

    score = mean of completeness (filled cells), usable share of feature columns, completeness of
    the target and 1 - half the share of repeated rows (few categories repeat by nature).
    `counts` maps label -> rows for classes.
    """
    features = [column for column in columns if column.role in ("feature", "treatment")]
    dropped = [column for column in columns if column.role == "dropped"
               and column.note != "left out as asked"]
    rows = max(len(frame), 1)
    blocking, warnings = [], []
    names = [column.name for column in features]
    missing = sum(column.missing for column in features) / max(rows * len(features), 1)
    duplicates = _duplicate_share(frame, columns)
    lost = float(frame[target].isna().mean()) if target else 0.0
    usable = len(features) / max(len(features) + len(dropped), 1)
    if not names:
        blocking.append("no column can be used as a feature")
    if lost > 0.5:
        blocking.append(f"{lost:.0%} of the target values in {target!r} are missing")
    elif lost > 0:
        warnings.append(f"{lost:.1%} of the rows have no target value and are left out")
    warnings += [f"column {column.name!r} {column.note}; it is not used" for column in dropped]
    warnings += [f"{column.missing / rows:.0%} of column {column.name!r} is missing"
                 for column in features if column.missing > 0.3 * rows]
    if duplicates > 0.01:
        warnings.append(f"{duplicates:.1%} of the rows are exact repetitions")
    for label, count in (counts or {}).items():
        if count < MIN_CLASS_ROWS:
            blocking.append(f"class {str(label)!r} has {count} rows; {MIN_CLASS_ROWS} are needed")
    score = float(np.mean([1 - missing, 1 - duplicates / 2, usable, 1 - lost]))
    if score < MIN_SCORE:
        blocking.append(f"the quality score {score:.2f} is below {MIN_SCORE:.2f}")
    return {"passed": not blocking, "score": round(score, 6), "blocking": blocking[:50],
            "warnings": warnings[:50]}


def _duplicate_share(frame, columns):
    names = [column.name for column in columns if column.type != "unsupported"]
    if not names or len(frame) < 2:
        return 0.0
    return float(frame[names].duplicated().mean())
