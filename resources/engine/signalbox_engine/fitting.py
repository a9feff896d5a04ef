# SPDX-License-Identifier: GPL-3.0-or-later
"""Fits one estimator so that it can be stopped between boosting rounds or blocks of trees."""

from dataclasses import dataclass

import numpy as np

from signalbox_engine.algorithms import threads_for

_THREADED = ("XGBoost", "LightGBM", "RandomForest")
_BLOCK = 50  # trees per look at the clock, fewer when there are many rows
_BLOCK_ROWS = 500_000  # trees times rows per look
_LOSS = {"logloss": "log_loss", "mlogloss": "log_loss", "binary_logloss": "log_loss",
         "multi_logloss": "log_loss", "rmse": "rmse"}


@dataclass(frozen=True)
class Task:
    """What is fitted again and again: an algorithm for a kind of problem, seeded."""

    algorithm: object
    problem: str
    seed: int

    def build(self, params, rows):
        """An unfitted estimator with threads for so many rows."""
        estimator = self.algorithm.build(params, self.problem, self.seed)
        if self.algorithm.name in _THREADED:
            estimator.set_params(n_jobs=threads_for(rows))
        return estimator


@dataclass
class Watch:
    """Watches a boosting fit: `on_round(step, {"train": loss, "validation": loss}, name)`."""

    budget: object
    patience: int
    on_round: object


@dataclass
class Fit:
    """A fitted estimator; `params` are those really used (rounds after early stopping)."""

    estimator: object
    params: dict
    stopped_early: bool = False


def fit(task, params, train, budget):
    """Fits on train = (x (n, p), y (n,), weights (n,) or None). Raises Cancelled or TimeUp."""
    budget.check()
    x, y, weights = train
    name, estimator = task.algorithm.name, task.build(params, len(x))
    if name == "XGBoost":
        estimator.set_params(callbacks=[_xgboost_guard(budget)])
        estimator.fit(x, y, sample_weight=weights, verbose=False)
        estimator.set_params(callbacks=None)
    elif name == "LightGBM":
        estimator.fit(x, y, sample_weight=weights, callbacks=[lambda _env: budget.check()])
    elif name == "RandomForest":
        _fit_forest(estimator, x, y, weights, budget)
    else:
        estimator.fit(x, y, sample_weight=weights)
    if name in _THREADED:
        estimator.set_params(n_jobs=1)  # a served model answers single rows fastest with one
    budget.check()
    return Fit(estimator, params)


def fit_stopping(task, params, train, validation, watch):
    """Like fit(); boosting stops after `watch.patience` rounds without gain on validation (x, y).

    The result is fitted again with the best number of rounds, free of callbacks.
    """
    follow = {"XGBoost": _watch_xgboost, "LightGBM": _watch_lightgbm}.get(task.algorithm.name)
    if not follow:
        return fit(task, params, train, watch.budget)
    best = follow(task.build(params, len(train[0])), train, validation, watch)
    used = dict(params)
    if watch.patience and best < params["n_estimators"]:
        used["n_estimators"] = best
    result = fit(task, used, train, watch.budget)
    result.stopped_early = used["n_estimators"] < params["n_estimators"]
    return result


def _fit_forest(estimator, x, y, weights, budget):
    total = estimator.n_estimators
    estimator.set_params(warm_start=True)
    block = max(1, min(_BLOCK, _BLOCK_ROWS // len(x)))
    for count in [*range(block, total, block), total]:
        budget.check()
        estimator.set_params(n_estimators=count).fit(x, y, sample_weight=weights)
    estimator.set_params(warm_start=False)


def _xgboost_guard(budget, on_evals=None):
    from xgboost.callback import TrainingCallback

    class Guard(TrainingCallback):
        """Looks at the clock after every round."""

        def after_iteration(self, model, epoch, evals_log):
            budget.check()
            if on_evals:
                on_evals(epoch, evals_log)
            return False

    return Guard()


def _watch_xgboost(estimator, train, validation, watch):
    def on_evals(epoch, log):
        names = {"validation_0": "train", "validation_1": "validation"}
        loss = next(iter(log["validation_0"]))
        watch.on_round(epoch, {names[key]: values[loss][-1] for key, values in log.items()},
                       _LOSS.get(loss, loss))

    estimator.set_params(callbacks=[_xgboost_guard(watch.budget, on_evals)],
                         early_stopping_rounds=watch.patience or None)
    x, y, weights = train
    evals = [(x, y), validation]
    estimator.fit(x, y, sample_weight=weights, eval_set=evals, verbose=False)
    return int(estimator.best_iteration) + 1 if watch.patience else int(estimator.n_estimators)


def _watch_lightgbm(estimator, train, validation, watch):
    import lightgbm
    from sklearn.base import is_regressor

    def on_env(env):
        watch.budget.check()
        loss = env.evaluation_result_list[0][1]
        watch.on_round(env.iteration, {row[0]: row[2] for row in env.evaluation_result_list},
                       _LOSS.get(loss, loss))

    x, y, weights = train
    callbacks = [on_env]
    if watch.patience:
        callbacks.append(lightgbm.early_stopping(watch.patience, verbose=False))
    if is_regressor(estimator):
        estimator.set_params(metric="rmse")
    estimator.fit(x, y, sample_weight=weights, eval_set=[validation, (x, y)],
                  eval_names=["validation", "train"], callbacks=callbacks)
    return int(estimator.best_iteration_ or estimator.n_estimators)


def scores_of(estimator, x, is_classes):
    """Probabilities (n, k) for classes, predictions (n,) for regression; float64."""
    raw = estimator.predict_proba(x) if is_classes else estimator.predict(x)
    return np.asarray(raw, dtype=np.float64)
