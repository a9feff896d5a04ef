# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers like the engine. SIGNALBOX_FAKE_ENGINE names what goes wrong: 'OPERATION:crash',
'OPERATION:hang' or 'OPERATION:error'."""
import json
import os
import pathlib
import signal
import sys
import time

ALGORITHMS = ["LogisticRegression", "RandomForest", "XGBoost", "LightGBM"]
DATASET = {"name": "rows.csv", "digest": "d1", "source_type": "local", "source": "{}", "schema": "{}",
           "profile": "{}"}

LEAKS = [{"column": "x", "kind": "predicts_target", "severity": "critical", "score": 1.0,
          "message": "Column 'x' alone decides the target for 100.0% of the rows."},
         {"column": "z", "kind": "predicts_target", "severity": "warning", "score": 0.985, "message": "z"}]


def emit(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def inspect(request):
    return {"data": data_block(request), "problem": "binary", "suitable": ALGORITHMS,
            "columns": [{"name": "x", "type": "real", "missing": 0}],
            "leaks": LEAKS if os.environ.get("SIGNALBOX_FAKE_LEAK") else [],
            "qc": {"passed": True, "score": 1.0, "blocking": [], "warnings": []}}


def benchmark(request):
    candidates = [{"name": name, "ok": True, "mean": 0.9, "std": 0.01, "score": 0.895, "error": None}
                  for name in request["options"]["candidates"]]
    return {"data": data_block(request), "problem": "binary", "metric": "roc_auc", "folds": 3,
            "direction": "maximize", "score_metric": "roc_auc", "candidates": candidates}


def train(request):
    job = pathlib.Path(request["job_dir"])
    (job / "model").mkdir(parents=True)
    (job / "model" / "MLmodel").write_text("signature:\n  inputs: '[{}]'\n")
    (job / "evaluation.json").write_text("{}")
    metrics = {"train_roc_auc": 0.99, "validation_roc_auc": 0.96, "test_roc_auc": 0.95,
               "test_roc_auc_low": 0.9}
    for key, value in metrics.items():
        emit("metric", key=key, value=value, step=0, timestamp=1_700_000_000_000)
    emit("param", key="algorithm", value=request["options"]["algorithm"])
    emit("param", key="problem", value="binary")
    emit("tag", key="allowed", value=request["options"]["allow_leakage"])
    emit("artifact", path="evaluation.json", to="evaluation.json", media_type="application/json")
    model = {"path": "model", "name": "model", "flavor": "sklearn", "serialization": "skops",
             "model_type": "classifier", "signature": {"inputs": [], "outputs": []}, "files": [],
             "requirements": [], "trusted_types": []}
    emit("model", **model)
    return {"data": data_block(request), "problem": "binary", "metrics": metrics, "threshold": 0.4,
            "algorithm": request["options"]["algorithm"], "model": model,
            "intervals": {"roc_auc": {"low": 0.9, "high": 0.99, "level": 0.95}},
            "datasets": [{**DATASET, "context": "training"}, {**DATASET, "context": "test"}]}


def data_block(request):
    return {"path": request["data"]["path"], "format": "csv", "bytes": 10, "rows": 10, "columns": 2,
            "digest": "d1", "target": request["data"].get("target", "")}


def misbehave(how):
    emit("metric", key="round_train_loss", value=0.5, step=1, timestamp=1_700_000_000_000)
    if how == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "hang":
        time.sleep(600)
    emit("error", kind="constant_target", message="Column y is constant.", hint="Choose another.")
    sys.exit(1)


def main():
    request = json.load(sys.stdin)
    operation, _, how = os.environ.get("SIGNALBOX_FAKE_ENGINE", "").partition(":")
    emit("progress", phase="read", done=1, total=1)
    if request["op"] == operation:
        misbehave(how)
    answer = {"inspect": inspect, "benchmark": benchmark, "train": train}[request["op"]](request)
    emit("result", op=request["op"], **answer)


main()
