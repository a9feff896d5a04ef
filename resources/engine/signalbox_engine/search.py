# SPDX-License-Identifier: GPL-3.0-or-later
"""Hyperparameter search: seeded TPE, median pruning with one report per fold."""

import math
from dataclasses import dataclass, field

import numpy as np

from signalbox_engine import cancel, imbalance
from signalbox_engine.errors import EngineError, TimeUp
from signalbox_engine.features import build_preprocessor
from signalbox_engine.fitting import fit, scores_of
from signalbox_engine.metrics import PRIMARY, direction, point_metrics


@dataclass
class Fold:
    """One fold, preprocessed by a preprocessor that saw its fitting rows only."""

    x: np.ndarray
    y: np.ndarray
    weights: np.ndarray | None
    score_x: np.ndarray
    score_y: np.ndarray


@dataclass
class Search:
    """Outcome of the search; `trials` lists `{number, state, value, params, seconds}`."""

    params: dict
    best: float | None = None
    trials: list = field(default_factory=list)
    seconds: float = 0.0
    stopped: str = "off"

    def count(self, state):
        """Number of trials that ended as `complete`, `pruned` or `failed`."""
        return sum(trial["state"] == state for trial in self.trials)


def make_folds(prepared, pairs, strategy, seed):
    """Preprocesses and resamples each (fit rows, score rows) pair once."""
    columns, y = prepared.features, prepared.target.y
    frame = prepared.frame[[column.name for column in columns]]
    folds = []
    for fit_rows, score_rows in pairs:
        cancel.check()
        preprocessor = build_preprocessor(columns)
        x = preprocessor.fit_transform(frame.iloc[fit_rows])
        x, fold_y, weights = imbalance.apply_strategy(strategy, x, y[fit_rows], seed)
        folds.append(Fold(x, fold_y, weights, preprocessor.transform(frame.iloc[score_rows]),
                          y[score_rows]))
    return folds


def score_fold(task, params, fold, budget):
    """All metrics of one fold; raises ValueError when the primary one is undefined."""
    problem = task.problem
    fitted = fit(task, params, (fold.x, fold.y, fold.weights), budget)
    scores = scores_of(fitted.estimator, fold.score_x, problem != "regression")
    if problem == "multiclass" and scores.shape[1] <= fold.score_y.max():
        raise ValueError("the scored rows hold a class that the fitted rows do not")
    values = point_metrics(problem, fold.score_y, scores)
    if not math.isfinite(values[PRIMARY[problem]]):
        raise ValueError(f"{PRIMARY[problem]} is undefined on a fold")
    return values


def search(job, task, folds):
    """Finds hyperparameters; defaults < best < fixed. Raises training_failed or Cancelled."""
    algorithm, fixed = task.algorithm, job.options["hyperparameters"]
    base = {**algorithm.defaults, **fixed}
    trials, limit = job.options["trials"], job.options["timeout_s"]
    result = Search(base)
    if not trials or not folds:
        return result
    study = _study(task.problem, job.seed, trials)
    defaults = {name: value for name, value in algorithm.defaults.items() if name not in fixed}
    study.enqueue_trial(defaults, skip_if_exists=True)
    budget = cancel.Budget(limit)
    result.stopped = "trials"
    try:
        for number in range(trials):
            budget.check()
            job.channel.progress("tune", number, trials)
            _run_trial(job, study, task, folds, budget, result)
    except TimeUp:
        result.stopped = "timeout"
        job.channel.log("info", f"The search stopped after {limit} s.")
    job.channel.progress("tune", trials, trials)
    result.seconds = budget.elapsed()
    if result.best is None:
        if result.stopped == "timeout":
            job.channel.log("warning", "No trial ended in time; default hyperparameters are used.")
            return result
        raise EngineError("training_failed", f"All {len(result.trials)} trials of "
                          f"{algorithm.name} failed; the last one: {result.trials[-1]['error']}.",
                          "Look at the job's log, or choose another algorithm.")
    return result


def _study(problem, seed, trials):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=max(5, min(10, trials // 2)))
    pruner = optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=0)
    return optuna.create_study(direction=direction(problem), sampler=sampler, pruner=pruner)


def _run_trial(job, study, task, folds, budget, result):
    import optuna

    trial, start = study.ask(), budget.elapsed()
    params = {**task.algorithm.defaults, **task.algorithm.space(trial),
              **job.options["hyperparameters"]}
    entry = {"number": trial.number, "state": "failed", "value": None, "params": params}
    result.trials.append(entry)
    values = []
    try:
        for step, fold in enumerate(folds):
            values.append(score_fold(task, params, fold, budget)[PRIMARY[task.problem]])
            trial.report(float(np.mean(values)), step)
            if step + 1 < len(folds) and trial.should_prune():
                entry.update(state="pruned", value=float(np.mean(values)))
                break
        else:
            entry.update(state="complete", value=float(np.mean(values)))
    except (ValueError, ArithmeticError, RuntimeError) as error:
        entry["error"] = str(error)
        job.channel.log("warning", f"Trial {trial.number} failed: {error}")
    except TimeUp:
        entry["error"] = "the time was up"
        raise
    entry["seconds"] = budget.elapsed() - start
    states = {"complete": optuna.trial.TrialState.COMPLETE,
              "pruned": optuna.trial.TrialState.PRUNED, "failed": optuna.trial.TrialState.FAIL}
    study.tell(trial, entry["value"] if entry["state"] == "complete" else None,
               states[entry["state"]])
    _note(job, task.problem, entry, result)


def _note(job, problem, entry, result):
    if entry["state"] == "complete":
        job.channel.metric("hpo_value", entry["value"], entry["number"])
        better = (result.best is None or (entry["value"] < result.best
                                          if direction(problem) == "minimize"
                                          else entry["value"] > result.best))
        if better:
            result.best, result.params = entry["value"], entry["params"]
    if result.best is not None:
        job.channel.metric("hpo_best", result.best, entry["number"])
