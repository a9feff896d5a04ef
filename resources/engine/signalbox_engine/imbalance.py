# SPDX-License-Identifier: GPL-3.0-or-later
"""How unequal the classes are and what is done about it on the training rows only."""

import numpy as np

TREES = ("XGBoost", "LightGBM", "RandomForest")


def severity_of(counts):
    """(severity, minority share) of class counts.

    share = smallest / (smallest + largest), the minority share of a binary problem; none from
    40 %, moderate from 20 %, severe from 5 %, else extreme.
    """
    low, high = min(counts), max(counts)
    share = low / (low + high) if high else 0.0
    for name, bound in (("none", 0.4), ("moderate", 0.2), ("severe", 0.05)):
        if share >= bound - 1e-12:
            return name, share
    return "extreme", share


def choose_strategy(severity, algorithm, minority_rows):
    """The default strategy for a severity, an algorithm and the rows of the smallest class."""
    if severity == "none":
        return "none"
    if severity == "moderate":
        return "class_weight" if algorithm in TREES else "random_oversample"
    if severity == "severe":
        return "smote" if minority_rows >= 10 else "random_oversample"
    if minority_rows >= 10:
        return "combined"
    return "random_oversample" if minority_rows >= 5 else "class_weight"


def apply_strategy(strategy, x, y, seed):
    """(x, y, sample weights or None) for fitting; x (n, p) is already preprocessed.

    combined = SMOTE up to half of the largest class, then balanced weights.
    """
    if strategy in ("smote", "combined", "random_oversample", "random_undersample"):
        x, y = _resample(strategy, x, y, seed)
    if strategy in ("class_weight", "combined"):
        counts = np.bincount(y)
        return x, y, (len(y) / (np.count_nonzero(counts) * counts[y])).astype(np.float64)
    return x, y, None


def _resample(strategy, x, y, seed):
    from imblearn.over_sampling import SMOTE, RandomOverSampler
    from imblearn.under_sampling import RandomUnderSampler

    counts = np.bincount(y)
    smallest = int(counts[counts > 0].min())
    if strategy == "random_undersample":
        return RandomUnderSampler(random_state=seed).fit_resample(x, y)
    if strategy == "random_oversample" or smallest < 2:
        return RandomOverSampler(random_state=seed).fit_resample(x, y)
    wanted = int(counts.max()) // (2 if strategy == "combined" else 1)
    aim = {label: max(int(count), wanted) for label, count in enumerate(counts) if count}
    sampler = SMOTE(sampling_strategy=aim, random_state=seed, k_neighbors=min(5, smallest - 1))
    return sampler.fit_resample(x, y)
