# SPDX-License-Identifier: GPL-3.0-or-later
"""benchmark, train and score on real and on messy data."""

import json
import shutil
import unittest

import numpy as np
import pandas as pd
from support import EngineCase, messy_csv, messy_frame

ALL = ("XGBoost", "LightGBM", "RandomForest", "LogisticRegression", "Ridge", "Lasso")
DATA = {"breast_cancer": ("diagnosis", "roc_auc", 0.97), "wine": ("cultivar", "accuracy", 0.85),
        "diabetes": ("progression", "r2", 0.20)}
PER_SPLIT = {
    "binary": {"accuracy", "precision", "recall", "f1", "roc_auc", "pr_auc", "log_loss", "brier"},
    "multiclass": {"accuracy", "f1_macro", "f1_weighted", "roc_auc_ovr", "log_loss"},
    "regression": {"rmse", "mae", "r2", "mape"}}


class BenchmarkTest(EngineCase):
    def test_candidates_are_compared_and_misfits_fail_alone(self):
        result = self.run_job("benchmark", self.demo("diabetes"), "progression",
                              candidates=["Ridge", "LogisticRegression", "RandomForest"]).last
        ridge, logistic, forest = result["candidates"]
        self.assertEqual((result["metric"], result["direction"], result["score_metric"]),
                         ("rmse", "minimize", "r2"))
        self.assertTrue(ridge["ok"] and forest["ok"])
        self.assertAlmostEqual(ridge["mean"], np.mean(ridge["fold_values"]))
        self.assertAlmostEqual(ridge["score"], max(0, ridge["score_mean"]
                                                   - 0.5 * ridge["score_std"]))
        self.assertTrue(0.3 < ridge["score"] < 0.6)
        self.assertFalse(logistic["ok"])
        self.assertIsNone(logistic["score"])
        self.assertEqual(logistic["error"]["kind"], "unsupported_problem")

    def test_a_time_limit_fails_candidates_and_all_failing_fails_the_job(self):
        outcome = self.run_job("benchmark", self.demo("wine"), "cultivar", time_limit_s=0.001,
                               candidates=["XGBoost", "RandomForest"])
        self.assert_error(outcome, "benchmark_failed", "XGBoost", "RandomForest")


class TrainTest(EngineCase):
    def check_whole(self, outcome, problem):
        """Everything flows promise about a training is there."""
        result = outcome.last
        wanted = {f"{part}_{name}" for part in ("train", "validation", "test")
                  for name in PER_SPLIT[problem]}
        self.assertLessEqual(wanted, set(result["metrics"]))
        sent = {line["key"]: line["value"] for line in outcome.of("metric")}
        self.assertEqual({key: sent[key] for key in wanted},
                         {key: result["metrics"][key] for key in wanted})
        loss = "rmse" if problem == "regression" else "log_loss"
        rounds = {key for key in sent if key.startswith("round_")}
        self.assertLessEqual(rounds, {f"round_train_{loss}", f"round_validation_{loss}"})
        self.assertEqual(bool(rounds), result["algorithm"] in ("XGBoost", "LightGBM"))
        if rounds:
            best = min(line["value"] for line in outcome.of("metric")
                       if line["key"] == f"round_validation_{loss}")
            self.assertAlmostEqual(best / sent[f"validation_{loss}"], 1, 2)
        for artifact in outcome.of("artifact"):
            path = outcome.dir / artifact["path"]
            self.assertTrue(path.is_file() and not path.is_symlink(), path)
        names = {artifact["to"] for artifact in outcome.of("artifact")}
        self.assertLessEqual({"evaluation.json", "split.json", "preprocessing.json",
                              "requirements.lock"}, names)
        model, = outcome.of("model")
        for entry in model["files"]:
            self.assertEqual((outcome.dir / "model" / entry["path"]).stat().st_size,
                             entry["bytes"])
        listed = (outcome.dir / "model" / "MLmodel").read_text()
        self.assertIn("serialization_format: skops", listed)
        self.assertIn("input_example", listed)
        contexts = [entry["context"] for entry in result["datasets"]]
        self.assertEqual(contexts, ["training", "test"])
        self.assertTrue(all(len(entry["digest"]) == 32 for entry in result["datasets"]))
        rows = json.loads((outcome.dir / "split.json").read_text())["rows"]
        flat = sum(rows.values(), [])
        self.assertEqual(len(flat), len(set(flat)))

    def score(self, outcome, path, target=None, **rest):
        return self.run_job("score", path, target, job="score",
                            model_path=str(outcome.dir / "model"), latency_rows=5, **rest)

    def test_the_three_demos_reach_their_bar_with_every_algorithm(self):
        for name, (target, metric, bar) in DATA.items():
            path = self.demo(name)
            problem = self.run_job("inspect", path, target).last
            for algorithm in problem["suitable"]:
                with self.subTest(data=name, algorithm=algorithm):
                    outcome = self.run_job("train", path, target, job=f"{name}-{algorithm}",
                                           algorithm=algorithm, trials=1, folds=2,
                                           bootstrap=100, plots=False)
                    self.assertEqual(outcome.code, 0, outcome.last)
                    self.check_whole(outcome, problem["problem"])
                    self.assertGreaterEqual(outcome.last["metrics"][f"test_{metric}"], bar)

    def test_score_repeats_the_test_metrics_from_the_saved_model(self):
        path = self.demo("breast_cancer")
        outcome = self.run_job("train", path, "diagnosis", algorithm="LightGBM", trials=0)
        self.assertTrue((outcome.dir / "plots" / "roc.png").read_bytes().startswith(b"\x89PNG"))
        scored = self.score(outcome, path, "diagnosis", split=str(outcome.dir / "split.json"))
        for name in PER_SPLIT["binary"]:
            self.assertAlmostEqual(scored.last["metrics"][name],
                                   outcome.last["metrics"][f"test_{name}"], 6, name)
        self.assertEqual(scored.last["latency_ms"]["count"], 5)
        other = self.score(outcome, self.demo("wine"), "cultivar")
        self.assert_error(other, "bad_request", "wine.csv", "mean_radius")
        shutil.rmtree(outcome.dir / "model")
        self.assert_error(self.score(outcome, path), "model_not_loadable", "model")

    def test_the_same_seed_gives_the_same_model(self):
        path = self.demo("wine")
        first, again = (self.run_job("train", path, "cultivar", job=job, algorithm="XGBoost",
                                     trials=3, plots=False).last for job in ("a", "b"))
        for key in ("fit_seconds", "hpo_seconds"):
            first["metrics"].pop(key), again["metrics"].pop(key)
        self.assertEqual(first["metrics"], again["metrics"])
        self.assertEqual(first["hyperparameters"], again["hyperparameters"])

    def test_messy_columns_and_labels_of_every_type(self):
        for target, algorithm, kind in (("answer", "XGBoost", str), ("grade", "LightGBM", int),
                                        ("sure", "LogisticRegression", bool),
                                        ("value", "Lasso", float)):
            with self.subTest(target=target):
                path = messy_csv(self.dir / f"{target}.csv", target)
                outcome = self.run_job("train", path, target, job=target, algorithm=algorithm,
                                       trials=1, plots=False)
                self.assertEqual(outcome.code, 0, outcome.last)
                self.check_whole(outcome, outcome.last["problem"])
                dropped = {entry["column"] for entry in outcome.last["dropped"]}
                self.assertEqual(dropped, {"row_id", "code", "same", "empty"})
                said = self.predict(outcome, pd.read_csv(path))
                truth = pd.read_csv(path)[target]
                self.assertIsInstance(said.tolist()[0], kind)
                if kind is not float:
                    self.assertLessEqual(set(said.tolist()), set(truth.tolist()))

    def predict(self, outcome, frame):
        import mlflow.pyfunc
        return np.asarray(mlflow.pyfunc.load_model(str(outcome.dir / "model")).predict(frame))

    def test_one_row_predicts_the_same_however_it_travels(self):
        """Rows with holes from Parquet, alone, and as the JSON that a model server receives."""
        from mlflow.pyfunc.scoring_server import infer_and_parse_data
        import mlflow.pyfunc

        frame = messy_frame().drop(columns=["grade", "sure", "value"])
        path = self.dir / "m.parquet"
        when = pd.to_datetime(frame.when, format="%d.%m.%Y")
        frame.assign(city=frame.city.astype("category"), when=when,
                     seen=when.dt.tz_localize("Europe/Berlin"),
                     visits=frame.visits.astype("Int64").mask(frame.index % 7 == 0),
                     serial=(frame.index % 50).astype("uint64") + 2**63).to_parquet(path)
        csv = messy_csv(self.dir / "m.csv", "answer")
        for source, read in ((path, pd.read_parquet), (csv, pd.read_csv)):
            outcome = self.run_job("train", source, "answer", job=source.suffix,
                                   algorithm="LogisticRegression", trials=0, plots=False)
            self.assertEqual(outcome.code, 0, outcome.last)
            model = mlflow.pyfunc.load_model(str(outcome.dir / "model"))
            rows = read(source)[outcome.last["features"]].head(60)
            proba = model.get_raw_model().predict_proba
            whole = proba(rows)[:, 1]
            alone = [proba(rows.iloc[[k]])[0, 1] for k in range(len(rows))]
            np.testing.assert_allclose(alone, whole, atol=1e-9)
            schema = model.metadata.get_input_schema()
            text = json.loads(rows.to_json(orient="split", date_format="iso"))
            sent = [infer_and_parse_data({"dataframe_split": {
                "columns": text["columns"], "data": [row]}}, schema) for row in text["data"]]
            self.assertEqual([model.predict(row)[0] for row in sent],
                             np.asarray(model.predict(rows)).tolist())
            np.testing.assert_allclose([proba(row)[0, 1] for row in sent], whole, atol=1e-6)

    def test_the_threshold_and_the_positive_label_are_in_the_model(self):
        path = messy_csv(self.dir / "m.csv", "answer")
        outcome = self.run_job("train", path, "answer", algorithm="LogisticRegression", trials=0,
                               plots=False, threshold=0.9, positive_label="ja")
        self.assertEqual(outcome.last["positive_label"], "ja")
        scored = self.score(outcome, path)
        table = pd.read_csv(scored.dir / "predictions.csv")
        expected = np.where(table["probability_ja"] >= 0.9, "ja", "nein")
        self.assertEqual(table["prediction"].tolist(), expected.tolist())
        self.assertTrue(((table["probability_ja"] > 0.5) & (table["prediction"] == "nein")).any())

    def test_labels_with_a_fraction_are_predicted_as_what_they_were_measured(self):
        """scikit-learn takes two such labels for a quantity; they once came out as nonsense."""
        frame = messy_frame()
        frame["answer"] = np.where(frame["answer"] == "ja", 10.5, 2.5)
        path = self.dir / "m.csv"
        frame.drop(columns=["grade", "sure", "value"]).to_csv(path, index=False)
        outcome = self.run_job("train", path, "answer", algorithm="LogisticRegression", trials=0,
                               plots=False, bootstrap=0)
        self.assertEqual(outcome.code, 0, outcome.last)
        said = self.predict(outcome, pd.read_csv(path))
        self.assertEqual(set(said.tolist()), {"2.5", "10.5"})
        scored = self.score(outcome, path, "answer", split=str(outcome.dir / "split.json"))
        for name in ("accuracy", "f1", "roc_auc"):
            self.assertAlmostEqual(scored.last["metrics"][name],
                                   outcome.last["metrics"][f"test_{name}"], 6, name)

    def test_leaks_block_until_a_reason_is_given(self):
        frame = messy_frame().drop(columns=["grade", "value"])
        path = self.dir / "leak.csv"
        frame.to_csv(path, index=False)
        request = {"algorithm": "LogisticRegression", "trials": 0, "plots": False}
        self.assert_error(self.run_job("train", path, "answer", **request), "leakage_blocked",
                          "'sure'")
        allowed = self.run_job("train", path, "answer", allow_leakage="known at the time",
                               **request).last
        self.assertEqual(allowed["overrides"],
                         [{"check": "leakage", "reason": "known at the time"}])
        clean = self.run_job("train", path, "answer", drop_columns=["sure"], **request).last
        self.assertNotIn("sure", clean["features"])

    def test_a_class_too_rare_blocks_and_names_it(self):
        frame = messy_frame().drop(columns=["answer", "sure", "value"])
        frame.loc[:2, "grade"] = 9
        frame.to_csv(self.dir / "rare.csv", index=False)
        outcome = self.run_job("train", self.dir / "rare.csv", "grade", algorithm="XGBoost")
        self.assert_error(outcome, "qc_blocked", "'9'", "rare.csv")

    def test_splits_by_group_and_by_time(self):
        path = messy_csv(self.dir / "m.csv", "value")
        for key, column in (("group", "street"), ("time", "when")):
            outcome = self.run_job("train", path, "value", job=key, data={key: column},
                                   algorithm="Ridge", trials=2, plots=False)
            self.assertEqual(outcome.last["split"]["strategy"], key, outcome.last)
            self.assertNotIn(column, outcome.last["features"])


if __name__ == "__main__":
    unittest.main()
