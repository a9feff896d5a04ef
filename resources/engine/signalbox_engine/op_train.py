# SPDX-License-Identifier: GPL-3.0-or-later
"""Operation `train`: from rows to a checked, evaluated, packaged model."""

import time
from dataclasses import dataclass, field

import numpy as np

from signalbox_engine import cancel, imbalance, report
from signalbox_engine.algorithms import find_algorithm, require_suitable
from signalbox_engine.assemble import assemble
from signalbox_engine.crossval import fold_pairs, group_names, time_order
from signalbox_engine.errors import EngineError
from signalbox_engine.features import build_preprocessor
from signalbox_engine.fitting import Task, Watch, fit_stopping, scores_of
from signalbox_engine.metrics import choose_threshold, intervals, point_metrics
from signalbox_engine.prepare import gate, prepare
from signalbox_engine.problem import Target
from signalbox_engine.request import bad
from signalbox_engine.search import make_folds, search
from signalbox_engine.splits import (
    check_fractions,
    deviations,
    pick_strategy,
    split_rows,
)

_MAX_SEARCH_ROWS = 20000


@dataclass
class Training:
    """Everything known at the end of a training; report.py turns it into files and a result."""

    algorithm: object
    prepared: object
    overrides: list
    strategy: str = ""
    parts: dict = field(default_factory=dict)
    imbalance: dict | None = None
    search: object = None
    fit: object = None
    rounds: dict | None = None
    preprocessor: object = None
    model: object = None
    threshold: float | None = None
    scores: dict = field(default_factory=dict)
    metrics: dict = field(default_factory=dict)
    intervals: dict = field(default_factory=dict)
    seconds: dict = field(default_factory=dict)


def run(job):
    """Returns the result of PROTOCOL.md's train; every failure is an EngineError or Cancelled."""
    start = time.monotonic()
    algorithm = find_algorithm(job.options["algorithm"])
    _check_options(job, algorithm)
    prepared = prepare(job, job.options["drop_columns"])
    prepared.target = _positive_last(job, prepared.target)
    require_suitable(algorithm, prepared.target.problem, job.data["target"])
    training = Training(algorithm, prepared, gate(job, prepared))
    _split(job, training)
    try:
        _tune_and_fit(job, training)
        _evaluate(job, training)
    except (ValueError, ArithmeticError, RuntimeError) as error:
        raise EngineError("training_failed", f"{algorithm.name} could not be trained on "
                          f"{prepared.table.path}: {error}",
                          "Look at the job's log, or choose another algorithm.") from error
    return report.write(job, training, start)


def _check_options(job, algorithm):
    unknown = set(job.options["hyperparameters"]) - algorithm.accepted()
    if unknown:
        raise bad(f"{algorithm.name} has no hyperparameter {', '.join(sorted(unknown))}.",
                  f"Known: {', '.join(sorted(algorithm.accepted()))}.")
    job.options["fractions"] = check_fractions(job.options["fractions"])
    rule = job.options["threshold"]
    number = isinstance(rule, (int, float)) and not isinstance(rule, bool) and 0 < rule < 1
    if not number and rule not in ("youden", "f1"):
        raise bad(f"Option threshold must be youden, f1 or a number between 0 and 1, not {rule!r}.")


def _positive_last(job, target):
    """Binary: makes the positive label class number 1."""
    wanted = job.options["positive_label"]
    if not wanted or target.problem != "binary":
        return target
    names = [str(label) for label in target.labels]
    if wanted not in names:
        raise bad(f"positive_label {wanted!r} is none of the labels {', '.join(names)}.")
    if wanted == names[1]:
        return target
    return Target(target.problem, 1 - target.y, target.labels[::-1].copy())


def _split(job, training):
    prepared, data = training.prepared, job.data
    target = prepared.target
    training.strategy = pick_strategy(job.options["split"], data, target.is_classes)
    order = time_order(prepared, data["time"]) if training.strategy == "time" else None
    groups = group_names(prepared, data["group"]) if training.strategy == "group" else None
    training.parts = split_rows(training.strategy, job.options["fractions"], target.y, job.seed,
                                order, groups)
    for text in deviations(training.parts, job.options["fractions"]):
        job.channel.log("warning", f"Split: {text}.")
    if target.is_classes:
        known = set(np.unique(target.y[training.parts["train"]]))
        lost = [str(label) for k, label in enumerate(target.labels) if k not in known]
        if lost:
            raise EngineError("too_few_rows", f"The {training.strategy} split leaves no training "
                              f"row of class {', '.join(lost)}.", "Use more rows or another split.")
    sizes = {name: len(rows) for name, rows in training.parts.items()}
    job.channel.progress("split", 1, 1)
    job.channel.log("info", f"Split ({training.strategy}): {sizes}.")


def _tune_and_fit(job, training):
    prepared, rows = training.prepared, training.parts["train"]
    target, features = prepared.target, prepared.features
    strategy = _choose_imbalance(job, training, target.y[rows])
    folds = _search_folds(job, training, strategy) if job.options["trials"] else []
    task = Task(training.algorithm, target.problem, job.seed)
    training.search = search(job, task, folds)
    job.channel.progress("fit", 0, 1)
    start = time.monotonic()
    names = [column.name for column in features]
    training.preprocessor = build_preprocessor(features)
    x = training.preprocessor.fit_transform(prepared.frame.iloc[rows][names])
    held = training.parts["validation"]
    validation = (training.preprocessor.transform(prepared.frame.iloc[held][names]),
                  target.y[held])
    train = imbalance.apply_strategy(strategy, x, target.y[rows], job.seed)
    watch = Watch(cancel.Budget(), job.options["early_stopping_rounds"],
                  _round_logger(job, training))
    training.fit = fit_stopping(task, training.search.params, train, validation, watch)
    training.seconds["fit"] = time.monotonic() - start
    job.channel.progress("fit", 1, 1)


def _choose_imbalance(job, training, y):
    if not training.prepared.target.is_classes:
        return "none"
    counts = [int(count) for count in np.bincount(y) if count]
    severity, share = imbalance.severity_of(counts)
    strategy = job.options["imbalance"]
    if strategy == "auto":
        strategy = imbalance.choose_strategy(severity, training.algorithm.name, min(counts))
    training.imbalance = {"severity": severity, "minority_share": share, "strategy": strategy}
    return strategy


def _search_folds(job, training, strategy):
    rows = training.parts["train"]
    if len(rows) > _MAX_SEARCH_ROWS:
        chosen = np.random.default_rng(job.seed).choice(rows, _MAX_SEARCH_ROWS, replace=False)
        rows = np.sort(chosen)
        job.channel.log("info", f"The search uses {len(rows)} of the training rows.")
    pairs = fold_pairs(job, training.prepared, rows, training.strategy)
    if not pairs:
        job.channel.log("warning", "Too few rows for a search; default hyperparameters are used.")
    return make_folds(training.prepared, pairs, strategy, job.seed)


def _round_logger(job, training):
    def on_round(step, losses, name):
        if training.rounds is None:
            training.rounds = {"loss": name, "train": [], "validation": []}
        for part, value in losses.items():
            training.rounds[part].append(value)
            job.channel.metric(f"round_{part}_{name}", value, step)

    return on_round


def _evaluate(job, training):
    """Scores every part once; the threshold comes from validation, the intervals from test."""
    prepared, target = training.prepared, training.prepared.target
    names = [column.name for column in prepared.features]
    job.channel.progress("evaluate", 0, 3)
    for step, part in enumerate(("train", "validation", "test")):
        cancel.check()
        rows = training.parts[part]
        x = training.preprocessor.transform(prepared.frame.iloc[rows][names])
        scores = scores_of(training.fit.estimator, x, target.is_classes)
        training.scores[part] = scores
        job.channel.progress("evaluate", step + 1, 3)
    if target.problem == "binary":
        held = training.parts["validation"]
        training.threshold = choose_threshold(job.options["threshold"], target.y[held],
                                              training.scores["validation"][:, 1])
    cut = 0.5 if training.threshold is None else training.threshold
    for part, scores in training.scores.items():
        values = point_metrics(target.problem, target.y[training.parts[part]], scores, cut)
        training.metrics.update({f"{part}_{name}": value for name, value in values.items()})
    job.channel.progress("intervals", 0, 1)
    training.intervals = intervals(
        target.problem, target.y[training.parts["test"]], training.scores["test"], cut,
        job.options["bootstrap"], job.seed, cancel.check)
    training.model = assemble(training.preprocessor, training.fit.estimator, target,
                              training.threshold)
    job.channel.progress("intervals", 1, 1)
