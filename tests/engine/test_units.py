# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's arithmetic against scikit-learn and against its own tables. One process."""

import math
import unittest

import support  # noqa: F401  (puts the engine on the path)

import numpy as np
import pandas as pd
from sklearn import metrics as sk

from signalbox_engine import imbalance, metrics, splits
from signalbox_engine.channel import dumps
from signalbox_engine.columns import column_type, describe_columns
from signalbox_engine.errors import EngineError, full_disk_cause
from signalbox_engine.leakage import find_leaks
from signalbox_engine.problem import detect_problem, encode_target

NO_ROLES = {"target": "", "group": "", "time": "", "treatment": ""}


class MetricsTest(unittest.TestCase):
    def setUp(self):
        self.rng = np.random.default_rng(3)

    def test_binary_equals_scikit_learn(self):
        y = self.rng.integers(0, 2, 200)
        p = np.round(np.clip(y * 0.3 + self.rng.random(200) * 0.7, 0, 1), 2)  # with ties
        found = metrics.point_metrics("binary", y, np.c_[1 - p, p], 0.4)
        said = p >= 0.4
        expected = {"accuracy": sk.accuracy_score(y, said), "f1": sk.f1_score(y, said),
                    "precision": sk.precision_score(y, said), "recall": sk.recall_score(y, said),
                    "roc_auc": sk.roc_auc_score(y, p), "brier": sk.brier_score_loss(y, p),
                    "pr_auc": sk.average_precision_score(y, p), "log_loss": sk.log_loss(y, p)}
        self.assertEqual(set(found), set(metrics.NAMES["binary"]))
        for name, value in expected.items():
            self.assertAlmostEqual(found[name], value, 12, name)

    def test_multiclass_equals_scikit_learn(self):
        y = self.rng.integers(0, 4, 300)
        scores = self.rng.random((300, 4)) + np.eye(4)[y] * 0.5
        scores /= scores.sum(axis=1, keepdims=True)
        found, said = metrics.point_metrics("multiclass", y, scores), scores.argmax(1)
        expected = {"accuracy": sk.accuracy_score(y, said), "log_loss": sk.log_loss(y, scores),
                    "f1_macro": sk.f1_score(y, said, average="macro"),
                    "f1_weighted": sk.f1_score(y, said, average="weighted"),
                    "roc_auc_ovr": sk.roc_auc_score(y, scores, multi_class="ovr")}
        self.assertEqual(set(found), set(metrics.NAMES["multiclass"]))
        for name, value in expected.items():
            self.assertAlmostEqual(found[name], value, 12, name)

    def test_regression_equals_scikit_learn(self):
        y = self.rng.normal(1000, 5, 150)
        said = y + self.rng.normal(0, 2, 150)
        found = metrics.point_metrics("regression", y, said)
        expected = {"rmse": sk.root_mean_squared_error(y, said), "r2": sk.r2_score(y, said),
                    "mae": sk.mean_absolute_error(y, said),
                    "mape": sk.mean_absolute_percentage_error(y, said)}
        self.assertEqual(set(found), set(metrics.NAMES["regression"]))
        for name, value in expected.items():
            self.assertAlmostEqual(found[name], value, 9, name)

    def test_one_class_gives_nan_not_a_number_from_nowhere(self):
        found = metrics.point_metrics("binary", np.ones(5, int), np.full((5, 2), 0.5))
        self.assertTrue(math.isnan(found["roc_auc"]))

    def test_intervals_are_seeded_and_hold_the_point(self):
        y = self.rng.integers(0, 2, 120)
        p = np.clip(y * 0.4 + self.rng.random(120) * 0.6, 0, 1)
        scores = np.c_[1 - p, p]
        first, again, other = (metrics.intervals("binary", y, scores, 0.5, 300, seed, lambda: None)
                               for seed in (1, 1, 2))
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)
        point = metrics.point_metrics("binary", y, scores)
        for name, bounds in first.items():
            self.assertLessEqual(bounds["low"], point[name], name)
            self.assertGreaterEqual(bounds["high"], point[name], name)

    def test_threshold_is_the_best_cut_and_never_infinite(self):
        y = np.array([0, 0, 0, 1, 1, 1])
        self.assertAlmostEqual(metrics.choose_threshold("youden", y, y * 0.5 + 0.1), 0.35)
        p = np.array([0.1, 0.2, 0.7, 0.6, 0.8, 0.9])
        cut = metrics.choose_threshold("youden", y, p)
        self.assertEqual(((p >= cut) == y).sum(), 5)
        self.assertEqual(metrics.choose_threshold("f1", y, np.full(6, 1.0)), 0.5)
        self.assertEqual(metrics.choose_threshold("youden", np.ones(6, int), p), 0.5)
        self.assertEqual(metrics.choose_threshold(0.25, y, p), 0.25)


class SplitsTest(unittest.TestCase):
    FRACTIONS = (0.6, 0.2, 0.15, 0.05)

    def test_parts_are_disjoint_complete_proportional_and_seeded(self):
        for n in (70, 178, 442, 10007):
            y = (np.arange(n) * 7919 % 10 < 2).astype(int)
            parts = splits.split_rows("stratified", self.FRACTIONS, y, 42)
            self.assertEqual(sorted(np.concatenate(list(parts.values()))), list(range(n)))
            self.assertEqual(splits.deviations(parts, self.FRACTIONS), [])
            for rows in (parts["train"], parts["validation"]):
                self.assertAlmostEqual(y[rows].mean(), y.mean(), delta=0.06)
            again = splits.split_rows("stratified", self.FRACTIONS, y, 42)
            self.assertTrue(all((parts[name] == again[name]).all() for name in parts))

    def test_a_class_of_eight_rows_is_in_train_validation_and_test(self):
        y = np.array([0] * 200 + [1] * 8 + [2] * 92)
        parts = splits.split_rows("stratified", self.FRACTIONS, y, 1)
        for name in ("train", "validation", "test"):
            self.assertGreaterEqual((y[parts[name]] == 1).sum(), 1, name)

    def test_groups_stay_together_and_time_moves_forward(self):
        groups = np.arange(600) % 60
        parts = splits.split_rows("group", self.FRACTIONS, np.zeros(600), 42, groups=groups)
        seen = [set(groups[rows]) for rows in parts.values()]
        self.assertEqual(sum(map(len, seen)), 60)
        when = np.random.default_rng(0).permutation(600).astype(float)
        parts = splits.split_rows("time", self.FRACTIONS, np.zeros(600), 42, order=when)
        self.assertLess(when[parts["train"]].max(), when[parts["validation"]].min())
        self.assertLess(when[parts["validation"]].max(), when[parts["test"]].min())

    def test_limits(self):
        for n in (9, 40):
            with self.assertRaises(EngineError) as caught:
                splits.split_rows("random", self.FRACTIONS, np.zeros(n), 42)
            self.assertEqual(caught.exception.kind, "too_few_rows")
        for fractions in ([0.6, 0.2, 0.2, 0.0], [0.9, 0.2, 0.15, 0.05], [1], ["a", 1, 1, 1]):
            with self.assertRaises(EngineError):
                splits.check_fractions(fractions)


class ImbalanceTest(unittest.TestCase):
    def test_severities(self):
        for share, name in ((40, "none"), (39, "moderate"), (20, "moderate"), (19, "severe"),
                            (5, "severe"), (4, "extreme"), (2, "extreme")):
            self.assertEqual(imbalance.severity_of([share, 100 - share])[0], name, share)
        self.assertEqual(imbalance.severity_of([59, 71, 48])[0], "none")

    def test_strategies(self):
        table = [("none", "XGBoost", 500, "none"), ("moderate", "LightGBM", 90, "class_weight"),
                 ("moderate", "LogisticRegression", 90, "random_oversample"),
                 ("severe", "XGBoost", 10, "smote"), ("severe", "XGBoost", 9, "random_oversample"),
                 ("extreme", "Ridge", 10, "combined"), ("extreme", "Ridge", 5, "random_oversample"),
                 ("extreme", "Ridge", 4, "class_weight")]
        for severity, algorithm, rows, strategy in table:
            self.assertEqual(imbalance.choose_strategy(severity, algorithm, rows), strategy)

    def test_every_strategy_moves_towards_balance(self):
        x = np.random.default_rng(0).normal(size=(220, 3))
        y = np.array([1] * 20 + [0] * 200)
        for strategy in ("smote", "random_oversample", "random_undersample", "class_weight",
                         "combined"):
            _, new_y, weights = imbalance.apply_strategy(strategy, x, y, 42)
            mass = np.bincount(new_y, weights)
            self.assertAlmostEqual(mass[0], mass[1], delta=1, msg=strategy)
        same = imbalance.apply_strategy("none", x, y, 42)
        self.assertTrue(same[0] is x and same[2] is None)


class DataTest(unittest.TestCase):
    def test_types_and_problems(self):
        cases = [(pd.Series([1, 2, 3]), "integer"), (pd.Series([1.5, None]), "real"),
                 (pd.Series([1.0, None]), "integer"), (pd.Series([True, False]), "boolean"),
                 (pd.Series([True, None], dtype=object), "boolean"),
                 (pd.Series(["a", None]), "text"),
                 (pd.Series(["2021-01-03", "2021-02-04"]), "date"),
                 (pd.Series(["3.1.2021", "24.12.2021"]), "date"),
                 (pd.Series(["1-2", "3-4"]), "text"), (pd.Series([[1], [2]]), "unsupported")]
        for series, kind in cases:
            self.assertEqual(column_type(series)[0], kind, series.tolist())
        for values, problem in ((["a", "b", "c"], "multiclass"), ([0, 1, 1], "binary"),
                                ([1, 2, 3], "multiclass"), (range(100), "regression"),
                                ([0.5, 1.5, 2.5], "regression"), ([1.5, 2.5], "binary")):
            self.assertEqual(detect_problem(pd.Series(list(values))), problem)

    def test_a_perfect_split_of_one_class_of_three_is_no_leak(self):
        """Iris: petal length alone tells one species from the others, which is allowed."""
        from sklearn.datasets import load_iris
        frame = load_iris(as_frame=True).frame
        columns = describe_columns(frame, {**NO_ROLES, "target": "target"})
        target = encode_target(frame["target"], "iris")
        self.assertEqual(find_leaks(frame, columns, "target", target, 42), [])

    def test_regression_leak(self):
        y = np.random.default_rng(0).normal(size=200)
        frame = pd.DataFrame({"twin": np.exp(y), "other": y + np.random.default_rng(1).normal(
            size=200), "y": y})
        columns = describe_columns(frame, {**NO_ROLES, "target": "y"})
        leaks = find_leaks(frame, columns, "y", encode_target(frame["y"], "f"), 42)
        self.assertEqual([(leak["column"], leak["severity"]) for leak in leaks],
                         [("twin", "critical")])


class PackageTest(unittest.TestCase):
    def test_a_saved_model_that_predicts_something_else_is_not_offered(self):
        from unittest.mock import patch

        from signalbox_engine.package import _verify

        for expected, found, same in (
                (np.array([1.0, 2e9]), np.array([1.0 + 1e-7, 2e9 + 1e-3]), True),
                (np.array([1.0, 2.0]), np.array([1.0, 2.001]), False),
                (np.array(["a", "b"]), np.array(["a", "b"]), True),
                (np.array(["a", "b"]), np.array(["a", "a"]), False),
                (np.array([1.0, 2.0]), np.array([[1.0, 2.0], [1.0, 2.0]]), False)):
            with patch("mlflow.pyfunc.load_model") as load:
                load.return_value.predict.return_value = found
                if same:
                    _verify("model", None, expected)
                    continue
                with self.assertRaises(EngineError) as caught:
                    _verify("model", None, expected)
                self.assertEqual(caught.exception.kind, "training_failed")


class PlainTest(unittest.TestCase):
    def test_numbers_that_json_lacks_become_text(self):
        value = {"a": [float("nan"), np.float32("inf"), -np.inf], "b": np.int64(3),
                 "c": np.array([True]), "d": None}
        self.assertEqual(dumps(value), '{"a": ["NaN", "Infinity", "-Infinity"], "b": 3, '
                                       '"c": [true], "d": null}')

    def test_disk_full_is_seen_through_wrapped_errors(self):
        try:
            try:
                raise OSError(28, "No space left on device")
            except OSError as error:
                raise ValueError("could not save") from error
        except ValueError as error:
            self.assertEqual(full_disk_cause(error).errno, 28)
        self.assertIsNone(full_disk_cause(OSError(13, "Permission denied")))


if __name__ == "__main__":
    unittest.main()
