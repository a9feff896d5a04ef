# SPDX-License-Identifier: GPL-3.0-or-later
"""Fits one estimator so that it can be stopped between boosting rounds or blocks of trees."""

from dataclasses import dataclass

import numpy as np

from signalbox_engine.algorithms import threads_for

_THREADED = ("XGBoost", "LightGBM", "RandomForest")
_BLOCK = 50  # trees per look at the clock
_LOSS = {"logloss": "log_loss", "mlogloss": "log_loss", "binary_logloss": "log_loss",
         "multi_logloss": "log_loss", "rmse": "rmse"}


@dataclass
class Fit:
    """A fitted estimator; `params` are those really used (rounds after early stopping)."""

    estimator: object
    params: dict
    stopped_early: bool = False


def fit(algorithm, params, problem, seed, x, y, weights, budget):
    """Fits on x (n, p), y (n,), weights (n,) or None. Raises Cancelled or TimeUp."""
    budget.check()
    estimator = _build(algorithm, params, problem, seed, len(x))
    if algorithm.name == "XGBoost":
        estimator.set_params(callbacks=[_xgboost_guard(budget)])
        estimator.fit(x, y, sample_weight=weights, verbose=False)
        estimator.set_params(callbacks=None)
    elif algorithm.name == "LightGBM":
        estimator.fit(x, y, sample_weight=weights, callbacks=[lambda _env: budget.check()])
    elif algorithm.name == "RandomForest":
        _fit_forest(estimator, x, y, weights, budget)
    else:
        estimator.fit(x, y, sample_weight=weights)
    if algorithm.name in _THREADED:
        estimator.set_params(n_jobs=1)  # a served model answers single rows fastest with one
    budget.check()
    return Fit(estimator, params)


def fit_stopping(algorithm, params, problem, seed, train, validation, budget, patience, on_round):
    """Like fit(); boosting stops after `patience` rounds without gain on validation (x, y).

    train = (x, y, weights). `on_round(step, {"train": loss, "validation": loss}, name)` sees each
    round. The result is fitted again with the best number of rounds, free of callbacks.
    """
    if algorithm.name not in ("XGBoost", "LightGBM"):
        return fit(algorithm, params, problem, seed, *train, budget)
    watch = _watch_xgboost if algorithm.name == "XGBoost" else _watch_lightgbm
    best = watch(_build(algorithm, params, problem, seed, len(train[0])), train, validation, budget, patience,
                 on_round)
    used = dict(params)
    if patience and best < params["n_estimators"]:
        used["n_estimators"] = best
    result = fit(algorithm, used, problem, seed, *train, budget)
    result.stopped_early = used["n_estimators"] < params["n_estimators"]
    return result


def _build(algorithm, params, problem, seed, rows):
    estimator = algorithm.build(params, problem, seed)
    if algorithm.name in _THREADED:
        estimator.set_params(n_jobs=threads_for(rows))
    return estimator


def _fit_forest(estimator, x, y, weights, budget):
    total = estimator.n_estimators
    estimator.set_params(warm_start=True)
    for count in [*range(_BLOCK, total, _BLOCK), total]:
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


def _watch_xgboost(estimator, train, validation, budget, patience, on_round):
    def on_evals(epoch, log):
        names = {"validation_0": "train", "validation_1": "validation"}
        loss = next(iter(log["validation_0"]))
        on_round(epoch, {names[key]: values[loss][-1] for key, values in log.items()},
                 _LOSS.get(loss, loss))

    estimator.set_params(callbacks=[_xgboost_guard(budget, on_evals)],
                         early_stopping_rounds=patience or None)
    x, y, weights = train
    evals = [(x, y), validation]
    estimator.fit(x, y, sample_weight=weights, eval_set=evals, verbose=False)
    return int(estimator.best_iteration) + 1 if patience else int(estimator.n_estimators)


def _watch_lightgbm(estimator, train, validation, budget, patience, on_round):
    import lightgbm

    def on_env(env):
        budget.check()
        loss = env.evaluation_result_list[0][1]
        on_round(env.iteration, {row[0]: row[2] for row in env.evaluation_result_list},
                 _LOSS.get(loss, loss))

    x, y, weights = train
    callbacks = [on_env]
    if patience:
        callbacks.append(lightgbm.early_stopping(patience, verbose=False))
    estimator.fit(x, y, sample_weight=weights, eval_set=[validation, (x, y)],
                  eval_names=["validation", "train"], callbacks=callbacks)
    return int(estimator.best_iteration_ or estimator.n_estimators)


def scores_of(estimator, x, is_classes):
    """Probabilities (n, k) for classes, predictions (n,) for regression; float64."""
    raw = estimator.predict_proba(x) if is_classes else estimator.predict(x)
    return np.asarray(raw, dtype=np.float64)
