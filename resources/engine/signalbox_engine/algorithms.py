# SPDX-License-Identifier: GPL-3.0-or-later
"""The six algorithms: what they suit, default hyperparameters, search space, estimator."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from signalbox_engine.errors import EngineError

CLASSES = ("binary", "multiclass")
EVERY = ("binary", "multiclass", "regression")


@dataclass(frozen=True)
class Algorithm:
    """One table row. `space(trial)` returns hyperparameters, `build(params, problem, seed)` an
    unfitted estimator; `optional` names accepted hyperparameters that are not searched."""

    name: str
    problems: tuple
    defaults: dict
    space: Callable
    build: Callable
    optional: tuple = ()

    def accepted(self):
        """Every hyperparameter name that may be fixed by the user."""
        return {*self.defaults, *self.optional}


_SMALL = 10000  # rows up to which one thread is faster than several


def threads_for(rows):
    """Threads for fitting on so many rows: OMP_NUM_THREADS, or 1 when the data are small."""
    if rows <= _SMALL:
        return 1
    try:
        return max(1, int(os.environ.get("OMP_NUM_THREADS", "1")))
    except ValueError:
        return 1


def _rounds(trial):
    return {"n_estimators": trial.suggest_int("n_estimators", 100, 500, step=50)}


def _xgboost_space(trial):
    return {**_rounds(trial), "max_depth": trial.suggest_int("max_depth", 3, 10),
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.3, log=True),
            "subsample": trial.suggest_float("subsample", 0.6, 1.0, step=0.1)}


def _lightgbm_space(trial):
    return {**_rounds(trial), "max_depth": trial.suggest_int("max_depth", 3, 10),
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.3, log=True),
            "num_leaves": trial.suggest_int("num_leaves", 20, 150)}


def _forest_space(trial):
    return {**_rounds(trial), "max_depth": trial.suggest_int("max_depth", 5, 20),
            "min_samples_split": trial.suggest_int("min_samples_split", 2, 20),
            "min_samples_leaf": trial.suggest_int("min_samples_leaf", 1, 10)}


def _logistic_space(trial):
    penalty = trial.suggest_categorical("penalty", ["l2", "l1", "elasticnet"])
    params = {"C": trial.suggest_float("C", 0.001, 100.0, log=True), "penalty": penalty}
    if penalty == "elasticnet":  # the only penalty that has a mixing ratio
        params["l1_ratio"] = trial.suggest_float("l1_ratio", 0.1, 0.9)
    return params


def _alpha_space(high):
    return lambda trial: {"alpha": trial.suggest_float("alpha", 0.001, high, log=True)}


def _xgboost(params, problem, seed):
    import xgboost

    kind = xgboost.XGBRegressor if problem == "regression" else xgboost.XGBClassifier
    return kind(**params, random_state=seed, n_jobs=1, verbosity=0)


def _lightgbm(params, problem, seed):
    import lightgbm

    kind = lightgbm.LGBMRegressor if problem == "regression" else lightgbm.LGBMClassifier
    return kind(**params, random_state=seed, n_jobs=1, verbosity=-1, deterministic=True,
                force_row_wise=True)


def _forest(params, problem, seed):
    from sklearn import ensemble

    kind = (ensemble.RandomForestRegressor if problem == "regression"
            else ensemble.RandomForestClassifier)
    return kind(**params, random_state=seed, n_jobs=1)


def _logistic(params, _problem, seed):
    from sklearn.linear_model import LogisticRegression

    rest = dict(params)
    penalty = rest.pop("penalty", "l2")
    ratio = {"l2": 0.0, "l1": 1.0, "elasticnet": rest.pop("l1_ratio", 0.5)}[penalty]
    rest.pop("l1_ratio", None)
    solver = "lbfgs" if penalty == "l2" else "saga"  # the solvers that know the penalty
    return LogisticRegression(**rest, l1_ratio=ratio, solver=solver, random_state=seed)


def _ridge(params, _problem, seed):
    from sklearn.linear_model import Ridge

    return Ridge(**params, random_state=seed)


def _lasso(params, _problem, seed):
    from sklearn.linear_model import Lasso

    return Lasso(**params, random_state=seed, max_iter=10000)


_BOOST = ("reg_alpha", "reg_lambda", "colsample_bytree", "min_child_weight")
TABLE = {algorithm.name: algorithm for algorithm in (
    Algorithm("XGBoost", EVERY, {"n_estimators": 300, "max_depth": 6, "learning_rate": 0.1,
                                 "subsample": 0.8}, _xgboost_space, _xgboost, (*_BOOST, "gamma")),
    Algorithm("LightGBM", EVERY, {"n_estimators": 300, "max_depth": 6, "learning_rate": 0.1,
                                  "num_leaves": 31}, _lightgbm_space, _lightgbm,
              (*_BOOST, "min_child_samples", "subsample")),
    Algorithm("RandomForest", EVERY, {"n_estimators": 200, "max_depth": 10,
                                      "min_samples_split": 5, "min_samples_leaf": 2},
              _forest_space, _forest, ("max_features",)),
    Algorithm("LogisticRegression", CLASSES, {"C": 1.0, "penalty": "l2", "max_iter": 1000},
              _logistic_space, _logistic, ("l1_ratio",)),
    Algorithm("Ridge", ("regression",), {"alpha": 1.0}, _alpha_space(100.0), _ridge),
    Algorithm("Lasso", ("regression",), {"alpha": 1.0}, _alpha_space(10.0), _lasso),
)}


def suitable(problem):
    """Names of the algorithms for a kind of problem."""
    return [name for name, algorithm in TABLE.items() if problem in algorithm.problems]


def find_algorithm(name):
    """The table row; raises unknown_algorithm."""
    if name not in TABLE:
        raise EngineError("unknown_algorithm", f"There is no algorithm {name!r}.",
                          f"Known: {', '.join(TABLE)}.")
    return TABLE[name]


def require_suitable(algorithm, problem, target):
    """Raises unsupported_problem when the algorithm does not fit the problem."""
    if problem not in algorithm.problems:
        raise EngineError(
            "unsupported_problem", f"{algorithm.name} cannot be used for the {problem} target "
            f"{target!r}.", f"Suitable: {', '.join(suitable(problem))}.")
