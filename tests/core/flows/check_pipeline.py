# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at what a pipeline left on the server, with MLflow's own client and nothing of ours.

usage: check_pipeline.py URL EXPERIMENT MODEL VERSION CSV TARGET METRIC
"""
import sys

import mlflow
import pandas
from mlflow import MlflowClient

EXPECTED = {"pipeline": [], "selection": ["selection.json", "rationale.md", "benchmark.csv"],
            "training": ["evaluation.json", "split.json", "requirements.lock"],
            "deployment": ["decision.json", "plan.json"]}


def check(condition, message):
    if not condition:
        sys.exit(f"wrong: {message}")


def check_runs(client, experiment, metric):
    runs = client.search_runs([client.get_experiment_by_name(experiment).experiment_id])
    by_role = {run.data.tags.get("signalbox.role"): run for run in runs}
    check(sorted(by_role) == sorted(EXPECTED), f"runs are {sorted(by_role, key=str)}")
    parent = by_role["pipeline"]
    for role, run in by_role.items():
        check(run.info.status == "FINISHED", f"{role} is {run.info.status}")
        check(run.data.tags["signalbox.op_id"], f"{role} has no operation id")
        files = {f.path for f in client.list_artifacts(run.info.run_id)}
        check(files >= set(EXPECTED[role]), f"{role} has only {sorted(files)}")
        if role != "pipeline":
            check(run.data.tags["mlflow.parentRunId"] == parent.info.run_id, f"parent of {role}")
    training = by_role["training"]
    for split in ("train", "validation", "test"):
        check(f"{split}_{metric}" in training.data.metrics, f"no {split}_{metric}")
    contexts = {t.value for d in training.inputs.dataset_inputs for t in d.tags}
    check(contexts == {"training", "test"}, f"datasets are {contexts}")
    check(by_role["selection"].data.params["selected"] == training.data.params["algorithm"], "selected")
    return training


def main():
    url, experiment, model, version, csv, target, metric = sys.argv[1:]
    mlflow.set_tracking_uri(url)
    client = MlflowClient()
    training = check_runs(client, experiment, metric)
    registered = client.get_model_version(model, version)
    check(registered.current_stage == "Staging", f"stage is {registered.current_stage}")
    check(registered.run_id == training.info.run_id, "the version names another run")
    check(client.get_model_version_by_alias(model, "staging").version == version, "alias staging")
    rows = pandas.read_csv(csv)
    predicted = mlflow.pyfunc.load_model(f"models:/{model}/{version}").predict(rows.drop(columns=[target]))
    check(len(predicted) == len(rows), "a prediction for each row")
    decisions = client.search_runs([client.get_experiment_by_name("signalbox-decisions").experiment_id],
                                   f"params.model = '{model}'")
    check([d.data.params["verdict"] for d in decisions] == ["promoted"], "the decision")
    print("ok", training.data.metrics[f"test_{metric}"])


main()
