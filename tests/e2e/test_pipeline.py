# SPDX-License-Identifier: GPL-3.0-or-later
"""Selector, trainer and deployer on three real data sets, checked with MLflow's own client."""
import json
import os
import pathlib
import subprocess

from harness import ENV_PYTHON, HomeCase, ROOT

TARGETS = {"breast_cancer": "diagnosis", "wine": "cultivar", "diabetes": "progression"}
FLOOR = {"breast_cancer": ("roc_auc", 0.97), "wine": ("accuracy", 0.85), "diabetes": ("r2", 0.20)}
GATE_METRIC = {"breast_cancer": "test_roc_auc", "wine": "test_f1_weighted", "diabetes": "test_r2"}

TAGS = {"signalbox.flow", "signalbox.flow_id", "signalbox.op_id", "mlflow.source.name", "mlflow.user"}
PARAMS = {"pipeline": {"model", "problem", "target", "target_stage", "algorithm", "version", "stage"},
          "selection": {"problem", "rows", "columns", "constraints", "selected", "dataset_digest"},
          "training": {"algorithm", "problem", "rows_train", "rows_validation", "rows_test", "rows_holdout", "seed",
                       "imbalance", "dataset_digest", "test_digest", "features"},
          "deployment": {"model", "version", "target_stage", "policy_digest"}}
ARTIFACTS = {"pipeline": set(), "selection": {"selection.json", "rationale.md", "benchmark.csv"},
             "training": {"evaluation.json", "split.json", "preprocessing.json", "requirements.lock",
                          "plots/importance.png", "plots/importance.json"},
             "deployment": {"decision.json", "plan.json"}}
PER_SPLIT = {"binary": ("accuracy", "precision", "recall", "f1", "roc_auc", "pr_auc", "log_loss", "brier"),
             "multiclass": ("accuracy", "f1_macro", "f1_weighted", "roc_auc_ovr", "log_loss"),
             "regression": ("rmse", "mae", "r2", "mape")}
PLOTS = {"binary": ("roc", "pr", "calibration", "confusion"), "multiclass": ("roc", "confusion"),
         "regression": ("residuals",)}

PREDICT = """
import json, sys, mlflow, pandas
mlflow.set_tracking_uri(sys.argv[1])
rows = pandas.read_csv(sys.argv[3]).drop(columns=[sys.argv[4]])
model = mlflow.pyfunc.load_model(sys.argv[2])
print(json.dumps([p if isinstance(p, str) else float(p) for p in model.predict(rows)]))
"""


def clean_environment():
    """A second environment with only what a consumer of the model would install."""
    folder = pathlib.Path(str(ENV_PYTHON.parents[1]) + "-consumer")
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        lock = (ROOT / "resources/engine/requirements.lock").read_text()
        names = ("mlflow", "scikit-learn", "xgboost-cpu", "lightgbm")
        pins = [line.split()[0] for line in lock.splitlines()
                if line.split("==")[0] in names and "==" in line]
        assert len(pins) == len(names), pins
        subprocess.run([ENV_PYTHON, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)
        subprocess.run([str(ENV_PYTHON.parent / "uv"), "pip", "install", "-q", "--python", str(python), *pins],
                       check=True)
        (folder / "complete").touch()
    return python


class Pipelines(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_server()

    def check_runs(self, result, experiment):
        """Parent and children are what the table of the design promises; gives the training."""
        client = self.client()
        self.assertEqual(set(result["children"]), {"selection", "training", "deployment"})
        runs = {role: client.get_run(run_id) for role, run_id in
                dict(result["children"], pipeline=result["run_id"]).items()}
        flows = {run.data.tags["signalbox.flow_id"] for run in runs.values()}
        self.assertEqual(len(flows), 1)
        for role, run in runs.items():
            self.assertEqual(run.info.status, "FINISHED", role)
            self.assertEqual(client.get_experiment(run.info.experiment_id).name, experiment)
            self.assertLessEqual(TAGS, set(run.data.tags), role)
            self.assertLessEqual(PARAMS[role], set(run.data.params), role)
            self.assertLessEqual(ARTIFACTS[role], self.artifacts(run.info.run_id), role)
            parent = run.data.tags.get("mlflow.parentRunId")
            self.assertEqual(parent, None if role == "pipeline" else result["run_id"])
        self.check_selection(runs["selection"])
        gates = runs["deployment"].data.metrics
        self.assertEqual(gates["gate.signature_present"], 1.0)
        self.assertTrue([key for key in gates if key.startswith("evidence.metric_at_least")])
        return runs["training"]

    def artifacts(self, run_id, path=None):
        found = set()
        for entry in self.client().list_artifacts(run_id, path):
            found |= self.artifacts(run_id, entry.path) if entry.is_dir else {entry.path}
        return found

    def check_selection(self, selection):
        metrics = selection.data.metrics
        chosen = selection.data.params["selected"]
        parts = [value for key, value in metrics.items() if key.startswith(f"component.{chosen}.")]
        self.assertAlmostEqual(sum(parts), metrics[f"score.{chosen}"], places=9)
        self.assertAlmostEqual(metrics[f"combined.{chosen}"],
                               0.6 * metrics[f"score.{chosen}"] + 0.4 * metrics[f"benchmark_score.{chosen}"], places=9)
        self.assertLessEqual({f"cv_mean.{chosen}", f"cv_std.{chosen}"}, set(metrics))

    def check_training(self, training):
        problem, metrics = training.data.params["problem"], training.data.metrics
        for metric in PER_SPLIT[problem]:
            for part in ("train", "validation", "test"):
                self.assertIn(f"{part}_{metric}", metrics)
            self.assertLessEqual(metrics[f"test_{metric}_low"], metrics[f"test_{metric}_high"])
        self.assertEqual("threshold" in training.data.params, problem == "binary")
        self.assertTrue([key for key in training.data.params if key.startswith("hp_")])
        trials = self.client().get_metric_history(training.info.run_id, "hpo_value")
        self.assertEqual(len(trials) + metrics["hpo_pruned"], metrics["hpo_trials"])
        self.assertLessEqual({f"plots/{name}.png" for name in PLOTS[problem]}, self.artifacts(training.info.run_id))
        self.assertEqual(len(training.outputs.model_outputs), 1)
        contexts = {t.value for d in training.inputs.dataset_inputs for t in d.tags if t.key == "mlflow.data.context"}
        self.assertEqual(contexts, {"training", "test"})
        digests = {d.dataset.digest for d in training.inputs.dataset_inputs}
        self.assertEqual(digests, {training.data.params["dataset_digest"], training.data.params["test_digest"]})
        self.assertLessEqual(max(map(len, digests)), 36)

    def check_version(self, model):
        client = self.client()
        version = client.get_model_version(model, "1")
        self.assertEqual(version.current_stage, "Staging")
        self.assertEqual(client.get_model_version_by_alias(model, "staging").version, "1")

    def check_predictions(self, name, model):
        """The consumer's predictions are the engine's, to 1e-6."""
        url = self.ctl_json("server", "status")["url"]
        csv = self.demo_csv(name)
        env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        out = subprocess.run([clean_environment(), "-c", PREDICT, url, f"models:/{model}/1", csv, TARGETS[name]],
                             check=True, capture_output=True, text=True, env=env).stdout
        theirs = json.loads(out.strip().splitlines()[-1])
        ours = self.engine_predictions(url, csv, model)
        self.assertEqual(len(theirs), len(ours))
        for a, b in zip(theirs, ours):
            if isinstance(a, str):
                self.assertEqual(a, b)
            else:
                self.assertAlmostEqual(a, float(b), delta=1e-6)

    def engine_predictions(self, url, csv, model):
        import mlflow
        import pandas
        mlflow.set_tracking_uri(url)
        folder = mlflow.artifacts.download_artifacts(f"models:/{model}/1", dst_path=str(self.folder / model))
        job = self.folder / f"job-{model}"
        request = {"protocol": 1, "op": "score", "data": {"path": str(csv)}, "job_dir": str(job),
                   "options": {"model_path": folder, "latency_rows": 0}}
        env = dict(os.environ, PYTHONPATH=str(ROOT / "resources" / "engine"))
        done = subprocess.run([ENV_PYTHON, "-m", "signalbox_engine"], input=json.dumps(request),
                              capture_output=True, text=True, env=env, check=True)
        result = json.loads(done.stdout.strip().splitlines()[-1])
        self.assertEqual(result["event"], "result")
        return list(pandas.read_csv(job / result["predictions"]["path"])["prediction"])

    def run_pipeline(self, name):
        model = name.replace("_", "-")
        result = self.ctl_json("pipeline", "--data", str(self.demo_csv(name)), "--target", TARGETS[name],
                               "--model", model)
        metric, floor = FLOOR[name]
        self.assertGreaterEqual(result["metrics"]["test"][metric], floor)
        self.assertEqual({k: result["model"][k] for k in ("name", "version", "stage")},
                         {"name": model, "version": "1", "stage": "Staging"})
        training = self.check_runs(result, model)
        self.check_training(training)
        self.check_version(model)
        self.check_predictions(name, model)
        gates = self.ctl_json("models", "gates", model, "1", "--to", "Production")
        self.assertFalse(gates["allowed"])
        verdicts = {g["id"]: g for g in gates["gates"]}
        gate = verdicts[f"metric_at_least:{GATE_METRIC[name]}"]
        self.assertIn(gate["verdict"], ("pass", "fail"))
        self.assertAlmostEqual(gate["actual"], training.data.metrics[GATE_METRIC[name]], places=9)
        journal = self.ctl_json("journal", "status")
        self.assertEqual((journal["pending_points"], journal["parked"]), (0, []))

    def test_breast_cancer(self):
        self.run_pipeline("breast_cancer")

    def test_wine(self):
        self.run_pipeline("wine")

    def test_diabetes(self):
        self.run_pipeline("diabetes")

    def test_promotion_to_production_needs_evidence_and_waivers_carry_reasons(self):
        data = self.demo_csv("wine")
        trained = self.ctl_json("train", "--data", str(data), "--target", "cultivar", "--algorithm",
                                "LogisticRegression", "--trials", "3", "--register", "promoted")
        version = trained["model"]["version"]
        refused = self.ctl_json("models", "promote", "promoted", version, "--to", "Production", code=4)
        self.assertFalse(refused["allowed"])
        open_gates = [g["id"] for g in refused["gates"] if g["verdict"] in ("missing", "fail")]
        self.assertIn("approval", open_gates)
        self.assertEqual(self.client().get_model_version("promoted", version).current_stage, "None")
        waivers = [w for gate in open_gates for w in ("--waive", f"{gate}=checked by hand")]
        done = self.ctl_json("models", "promote", "promoted", version, "--to", "Production", *waivers)
        self.assertEqual(done["transition"]["to"], "Production")
        self.assertEqual(self.client().get_model_version_by_alias("promoted", "champion").version, version)
        decision = self.client().get_run(done["decision_run_id"])
        self.assertEqual(decision.info.status, "FINISHED")
        self.ctl_json("models", "promote", "promoted", version, "--to", "Nowhere", code=2)
        self.ctl_json("models", "promote", "promoted", "99", "--to", "Staging", code=5)
