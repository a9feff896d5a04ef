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
        client = self.client()
        parent = client.get_run(result["run_id"])
        self.assertEqual(parent.info.status, "FINISHED")
        self.assertEqual(client.get_experiment(parent.info.experiment_id).name, experiment)
        self.assertEqual(set(result["children"]), {"selection", "training", "deployment"})
        for role, run_id in result["children"].items():
            child = client.get_run(run_id)
            self.assertEqual(child.info.status, "FINISHED", role)
            self.assertEqual(child.data.tags["mlflow.parentRunId"], result["run_id"])
            for tag in ("signalbox.flow", "signalbox.flow_id", "signalbox.op_id", "mlflow.source.name", "mlflow.user"):
                self.assertIn(tag, child.data.tags, role)
        return client.get_run(result["children"]["training"])

    def check_training(self, training, metric):
        for part in ("train", "validation", "test"):
            self.assertIn(f"{part}_{metric}", training.data.metrics)
        contexts = {t.value for d in training.inputs.dataset_inputs for t in d.tags if t.key == "mlflow.data.context"}
        self.assertEqual(contexts, {"training", "test"})
        for d in training.inputs.dataset_inputs:
            self.assertLessEqual(len(d.dataset.digest), 36)

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
        self.check_training(training, metric)
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
