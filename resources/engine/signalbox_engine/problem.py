# SPDX-License-Identifier: GPL-3.0-or-later
"""Target column -> kind of problem, class labels and encoded values."""

import difflib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from signalbox_engine.columns import column_type
from signalbox_engine.errors import EngineError

MAX_INTEGER_CLASSES = 20
MAX_CLASSES = 200


@dataclass
class Target:
    """`y`: float64 values (regression) or class numbers (int64); `labels`: class labels, sorted."""

    problem: str
    y: np.ndarray
    labels: np.ndarray | None = None

    @property
    def is_classes(self):
        """True for binary and multiclass problems."""
        return self.labels is not None

    def decided(self, scores, threshold):
        """Class numbers (n,) that follow from probabilities (n, k)."""
        if self.problem == "binary":
            return (scores[:, 1] >= threshold).astype(np.int64)
        return scores.argmax(axis=1)

    def said(self, scores, threshold):
        """What a model with these scores must predict: labels, or the numbers themselves."""
        return self.labels[self.decided(scores, threshold)] if self.is_classes else scores


def require_column(table, name, key):
    """Raises no_such_target (target) or bad_request (other keys) unless the column exists."""
    if name in table.frame.columns:
        return
    close = difflib.get_close_matches(name, table.frame.columns, 3, 0.5)
    hint = (f"Did you mean {' or '.join(close)}?" if close else
            f"The columns are: {', '.join(list(table.frame.columns)[:20])}.")
    kind = "no_such_target" if key == "target" else "bad_request"
    what = "target column" if key == "target" else f"column for data.{key},"
    raise EngineError(kind, f"{table.path} has no {what} {name!r}.", hint)


def detect_problem(series):
    """`binary`, `multiclass` or `regression` by the rule of PROTOCOL.md."""
    values = series.dropna()
    kind, _ = column_type(series)
    distinct = values.nunique()
    if distinct == 2:
        return "binary"
    if kind in ("text", "boolean", "date"):
        return "multiclass"
    return "multiclass" if kind == "integer" and distinct <= MAX_INTEGER_CLASSES else "regression"


def encode_target(series, path, wanted="auto"):
    """Encodes a target without missing values; raises constant_target, too_few_rows or
    unsupported_problem."""
    name = series.name
    if len(series) == 1:
        raise EngineError("too_few_rows", f"{path} has only one row with a value in {name!r}.",
                          "Use a file with more rows.")
    distinct = series.nunique()
    if distinct < 2:
        what = f"has only the value {str(series.iloc[0])!r}" if distinct else "has no values"
        raise EngineError("constant_target", f"The target column {name!r} of {path} {what}.",
                          "Choose a column with at least two different values.")
    problem = detect_problem(series) if wanted == "auto" else wanted
    if problem == "regression":
        return Target("regression", _numbers(series, path))
    labels = label_array(series)
    classes = np.unique(labels)
    if problem == "binary" and len(classes) != 2:
        raise EngineError("unsupported_problem", f"The target column {name!r} has {len(classes)} "
                          "different values; binary needs 2.", "Choose multiclass or regression.")
    if len(classes) > MAX_CLASSES:
        raise EngineError("unsupported_problem", f"The target column {name!r} has {len(classes)} "
                          f"classes; at most {MAX_CLASSES} are supported.",
                          "Choose regression or another target.")
    problem = "multiclass" if len(classes) > 2 else "binary"
    return Target(problem, np.searchsorted(classes, labels).astype(np.int64), classes)


def label_array(series):
    """Labels as the model will return them: bool, int64, or fixed-width text.

    Numbers with a fraction become text: scikit-learn takes two such classes for a quantity, and a
    classifier with a threshold then predicts nonsense.
    """
    kind, _ = column_type(series)
    if kind == "boolean":
        return series.to_numpy(dtype=bool)
    if kind == "integer":
        return series.to_numpy(dtype=np.int64)
    if kind == "real" and bool((series % 1 == 0).all()):
        return series.to_numpy(dtype=np.int64)
    return series.astype(str).to_numpy(dtype=object).astype("U")


def _numbers(series, path):
    if not (pd.api.types.is_numeric_dtype(series.dtype)):
        raise EngineError("unsupported_problem", f"The target column {series.name!r} of {path} "
                          "holds no numbers, so regression is not possible.",
                          "Choose binary or multiclass, or a numeric target.")
    values = series.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all():
        raise EngineError("unreadable_data", f"The target column {series.name!r} of {path} holds "
                          "infinite numbers.", "Remove the rows with infinite targets.")
    return values
