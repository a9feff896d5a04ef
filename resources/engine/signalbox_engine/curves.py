# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers behind the plots, as plain dicts ready for JSON."""

import numpy as np

_POINTS = 500
_BINS = 10


def _thin(*arrays):
    """At most _POINTS points, first and last kept."""
    n = len(arrays[0])
    keep = np.unique(np.linspace(0, n - 1, min(n, _POINTS)).round().astype(int))
    return [np.asarray(array)[keep].tolist() for array in arrays]


def curve_data(problem, labels, y, scores, threshold):
    """{plot name: data} of the test rows; y are class numbers or values."""
    if problem == "regression":
        error = y - scores
        actual, predicted, residual = _thin(y, scores, error)
        counts, edges = np.histogram(error, bins=min(30, max(5, len(y) // 5)))
        return {"predicted": {"actual": actual, "predicted": predicted},
                "residuals": {"predicted": predicted, "residual": residual,
                              "histogram": {"counts": counts, "edges": edges}}}
    names = [str(label) for label in labels]
    predicted = (scores[:, 1] >= threshold).astype(int) if problem == "binary" else scores.argmax(1)
    data = {"confusion": {"labels": names, "matrix": confusion(y, predicted, len(names))}}
    shown = [1] if problem == "binary" else range(len(names))
    data["roc"] = {"curves": [_roc(names[k], y == k, scores[:, k]) for k in shown]}
    data["pr"] = {"curves": [_pr(names[k], y == k, scores[:, k]) for k in shown]}
    data["calibration"] = {"curves": [_calibration(names[k], y == k, scores[:, k]) for k in shown]}
    if problem == "binary":
        data["roc"]["threshold"] = data["pr"]["threshold"] = threshold
    return data


def confusion(y, predicted, classes):
    """Matrix of row counts, rows = truth, columns = prediction."""
    return np.bincount(y * classes + predicted, minlength=classes * classes).reshape(
        classes, classes)


def _steps(truth, p):
    """Cumulative hits, misses and the scores at each distinct score, falling."""
    order = np.argsort(-p, kind="stable")
    last = np.flatnonzero(np.r_[np.diff(p[order]) != 0, True])
    hits = truth[order].cumsum()[last]
    return hits, last + 1 - hits, p[order][last]


def _roc(label, truth, p):
    hits, misses, cuts = _steps(truth, p)
    tpr = np.r_[0, hits] / max(truth.sum(), 1)
    fpr = np.r_[0, misses] / max((~truth).sum(), 1)
    fpr, tpr, cuts = _thin(fpr, tpr, np.r_[1.0, cuts])
    return {"label": label, "fpr": fpr, "tpr": tpr, "threshold": cuts}


def _pr(label, truth, p):
    hits, misses, cuts = _steps(truth, p)
    recall, precision, cuts = _thin(hits / max(truth.sum(), 1), hits / (hits + misses), cuts)
    return {"label": label, "recall": recall, "precision": precision, "threshold": cuts}


def _calibration(label, truth, p):
    """Mean score and observed share in ten equally wide bins; empty bins left out."""
    place = np.minimum((p * _BINS).astype(int), _BINS - 1)
    count = np.bincount(place, minlength=_BINS)
    used = count > 0
    return {"label": label, "count": count[used].tolist(),
            "predicted": (np.bincount(place, p, _BINS)[used] / count[used]).tolist(),
            "observed": (np.bincount(place, truth, _BINS)[used] / count[used]).tolist()}
