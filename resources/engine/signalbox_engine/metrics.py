# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics in weighted form, so that one function gives the point value and a whole bootstrap.

Every function takes weights w of shape (B, n) (row counts of B resamples) and returns a dict of
metric name -> (B,) float64. Ones of shape (1, n) give the plain value; definitions are those of
scikit-learn's functions of the same name. NaN where a metric is undefined (one class only).
"""

import numpy as np

NAMES = {
    "binary": ("accuracy", "precision", "recall", "f1", "roc_auc", "pr_auc", "log_loss", "brier"),
    "multiclass": ("accuracy", "f1_macro", "f1_weighted", "roc_auc_ovr", "log_loss"),
    "regression": ("rmse", "mae", "r2", "mape"),
}
PRIMARY = {"binary": "roc_auc", "multiclass": "f1_weighted", "regression": "rmse"}
_EPS = np.finfo(np.float64).eps


def direction(problem):
    """`minimize` for regression's rmse, else `maximize`."""
    return "minimize" if problem == "regression" else "maximize"


def point_metrics(problem, y, scores, threshold=0.5):
    """{name: float} of one set of rows; scores as returned by fitting.scores_of."""
    values = weighted_metrics(problem, y, scores, np.ones((1, len(y))), threshold)
    return {name: float(value[0]) for name, value in values.items()}


def weighted_metrics(problem, y, scores, w, threshold=0.5):
    """The metrics of NAMES[problem] for every row of w."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if problem == "binary":
            return _binary(y, scores[:, 1], w, threshold)
        if problem == "multiclass":
            return _multiclass(y, scores, w)
        return _regression(y, scores, w)


def _divide(top, bottom, empty=0.0):
    """top / bottom, `empty` where bottom is 0."""
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), empty)


def _binary(y, p, w, threshold):
    predicted, truth = p >= threshold, y == 1
    hit = w @ (predicted & truth)
    precision = _divide(hit, w @ predicted)
    recall = _divide(hit, w @ truth)
    safe = np.clip(p, _EPS, 1 - _EPS)
    loss = -np.where(truth, np.log(safe), np.log1p(-safe))
    total = w.sum(axis=1)
    area, average = _ranked(truth, p, w)
    return {"accuracy": w @ (predicted == truth) / total, "precision": precision,
            "recall": recall, "f1": _divide(2 * precision * recall, precision + recall),
            "roc_auc": area, "pr_auc": average, "log_loss": w @ loss / total,
            "brier": w @ (p - truth) ** 2 / total}


def _ranked(truth, p, w):
    """(area under ROC, average precision), ties counted as scikit-learn does."""
    order = np.argsort(-p, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(p[order]) != 0])
    sorted_w, sorted_truth = w[:, order], truth[order]
    positives = np.add.reduceat(sorted_w * sorted_truth, starts, axis=1)
    negatives = np.add.reduceat(sorted_w * ~sorted_truth, starts, axis=1)
    hits, misses = positives.cumsum(axis=1), negatives.cumsum(axis=1)
    all_hits, all_misses = hits[:, -1], misses[:, -1]
    below = all_misses[:, None] - misses
    area = (positives * (below + 0.5 * negatives)).sum(axis=1) / (all_hits * all_misses)
    precision = hits / (hits + misses)
    average = (np.nan_to_num(precision) * positives).sum(axis=1) / all_hits
    return (np.where((all_hits > 0) & (all_misses > 0), area, np.nan),
            np.where(all_hits > 0, average, np.nan))


def _multiclass(y, scores, w):
    classes = scores.shape[1]
    predicted = scores.argmax(axis=1)
    total = w.sum(axis=1)
    f1, support, areas = [], [], []
    for k in range(classes):
        truth, said = y == k, predicted == k
        hit, real, claimed = w @ (truth & said), w @ truth, w @ said
        f1.append(np.where(real + claimed > 0, _divide(2 * hit, real + claimed), np.nan))
        support.append(real)
        areas.append(_ranked(truth, scores[:, k], w)[0])
    f1, support = np.array(f1), np.array(support)
    chosen = np.clip(scores[np.arange(len(y)), y], _EPS, 1.0)
    areas = np.array(areas)
    return {"accuracy": w @ (predicted == y) / total,
            "f1_macro": _nan_mean(f1),
            "f1_weighted": (np.nan_to_num(f1) * support).sum(axis=0) / total,
            "roc_auc_ovr": np.where(np.isnan(areas).any(axis=0), np.nan, areas.mean(axis=0)),
            "log_loss": -(w @ np.log(chosen)) / total}


def _nan_mean(values):
    """Mean over axis 0 without NaN (classes that neither occur nor are predicted)."""
    present = ~np.isnan(values)
    return np.nan_to_num(values).sum(axis=0) / np.maximum(present.sum(axis=0), 1)


def _regression(y, predicted, w):
    total = w.sum(axis=1)
    error = y - predicted
    squares = w @ error ** 2
    mean = w @ y / total
    spread = w @ y ** 2 - total * mean ** 2
    relative = np.abs(error) / np.maximum(np.abs(y), _EPS)
    return {"rmse": np.sqrt(squares / total), "mae": w @ np.abs(error) / total,
            "r2": np.where(spread > 1e-12, 1 - squares / np.where(spread > 0, spread, 1), np.nan),
            "mape": w @ relative / total}


def intervals(problem, y, scores, threshold, resamples, seed, check, level=0.95):
    """{name: {low, high, level}}: seeded percentile bootstrap over rows, undefined resamples out.

    `check()` is called between blocks so that the job can be cancelled.
    """
    if not resamples:
        return {}
    n = len(y)
    rng = np.random.default_rng(seed)
    block = max(1, min(resamples, 2_000_000 // n))
    found = {name: [] for name in NAMES[problem]}
    for start in range(0, resamples, block):
        check()
        rows = rng.integers(0, n, (min(block, resamples - start), n))
        w = np.zeros(rows.shape)
        for k, chosen in enumerate(rows):
            w[k] = np.bincount(chosen, minlength=n)
        for name, values in weighted_metrics(problem, y, scores, w, threshold).items():
            found[name].append(values)
    tail = (1 - level) / 2
    result = {}
    for name, blocks in found.items():
        values = np.concatenate(blocks)
        values = values[np.isfinite(values)]
        if len(values):
            low, high = np.quantile(values, [tail, 1 - tail])
            result[name] = {"low": float(low), "high": float(high), "level": level}
    return result


def choose_threshold(rule, y, p):
    """Threshold in (0, 1) for `p >= threshold`, from validation truth y (0/1) and scores p.

    `youden`: largest recall minus false positive rate; `f1`: largest F1; ties go to the one
    nearest 0.5. Candidates are midpoints between neighbouring scores. A number is returned as is.
    """
    if not isinstance(rule, str):
        return float(rule)
    truth = y == 1
    if truth.all() or not truth.any():
        return 0.5
    values = np.unique(p)
    if len(values) < 2:
        return 0.5
    order = np.argsort(p)
    sorted_truth = truth[order]
    cuts = np.searchsorted(p[order], values[1:])  # rows from cut on are predicted positive
    hits = sorted_truth[::-1].cumsum()[::-1][cuts]
    claimed = len(p) - cuts
    positives = truth.sum()
    recall, false = hits / positives, (claimed - hits) / (len(p) - positives)
    gain = recall - false if rule == "youden" else 2 * hits / (claimed + positives)
    middles = (values[1:] + values[:-1]) / 2
    best = np.flatnonzero(gain >= gain.max() - 1e-12)
    chosen = middles[best[np.argmin(np.abs(middles[best] - 0.5))]]
    return float(np.clip(chosen, 1e-6, 1 - 1e-6))
