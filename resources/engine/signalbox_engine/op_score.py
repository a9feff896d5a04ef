# SPDX-License-Identifier: GPL-3.0-or-later
"""Operation `score`: a saved model's predictions, metrics and single-row latency on a file."""

import csv
import hashlib
import json
import os
import time

import numpy as np

from signalbox_engine import cancel
from signalbox_engine.errors import Cancelled, EngineError, full_disk_cause
from signalbox_engine.metrics import NAMES, point_metrics
from signalbox_engine.problem import encode_target, label_array, require_column
from signalbox_engine.reader import read_table
from signalbox_engine.request import bad

_BLOCK = 5000
_WARM_UP = 5
_SAMPLE = 20


def run(job):
    """Returns the result of PROTOCOL.md's score. Loading the model executes what is in it."""
    job.options["model_path"] = os.path.join(job.start_dir, job.options["model_path"])
    table = read_table(job)
    target = job.data["target"]
    if target:
        require_column(table, target, "target")
    frame = _chosen_rows(job, table)
    if target:
        frame = frame[frame[target].notna()].reset_index(drop=True)
    if frame.empty:
        raise EngineError("too_few_rows", f"{table.path} has no rows to score.",
                          "Name a file, or a part of the split, with rows.")
    job.channel.progress("load", 0, 1)
    model = _load(job.options["model_path"])
    job.channel.progress("load", 1, 1)
    inputs = _inputs(model, frame, table.path)
    start = time.perf_counter()
    predictions, probabilities, classes = _predict(job, model, inputs)
    spent = time.perf_counter() - start
    result = {"data": table.block(target), "rows": len(frame), "problem": "", "metrics": {},
              "predictions": _write(job, predictions, probabilities, classes),
              "sample": [str(value) for value in predictions[:_SAMPLE]],
              "rows_per_second": len(frame) / max(spent, 1e-9)}
    if target:
        problem, metrics = _measure(frame[target], table.path, predictions, probabilities, classes)
        result.update(problem=problem, metrics=metrics)
    result["latency_ms"] = _latency(job, model, inputs)
    return result


def _chosen_rows(job, table):
    """All rows, or one part of a split.json made from the same file."""
    if not job.options["split"]:
        return table.frame
    path = os.path.join(job.start_dir, job.options["split"])
    try:
        with open(path, encoding="utf-8") as file:
            split = json.load(file)
        rows = np.asarray(split["rows"][job.options["part"]], dtype=np.int64)
        digest = split["data_digest"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise bad(f"The split {path} cannot be used: {error}.",
                  "Name a split.json of a training.") from error
    if digest != table.digest or (len(rows) and not 0 <= rows.min() <= rows.max() < len(
            table.frame)):
        raise bad(f"The split {path} belongs to another data file than {table.path}.",
                  "Name the file the model was trained on.")
    return table.frame.iloc[rows].reset_index(drop=True)


def _load(path):
    import mlflow.pyfunc

    hint = "Name the folder of an MLflow model that this environment's libraries can load."
    if not os.path.isfile(os.path.join(path, "MLmodel")):
        raise EngineError("model_not_loadable", f"{path} is not an MLflow model folder.", hint)
    try:
        return mlflow.pyfunc.load_model(path)
    except Cancelled:
        raise
    except Exception as error:  # a foreign model may fail in any way
        raise EngineError("model_not_loadable", f"The model {path} cannot be loaded: {error}",
                          hint) from error


def _inputs(model, frame, path):
    """The columns the model's signature names, or the whole frame without a signature."""
    schema = model.metadata.get_input_schema()
    if schema is None or not schema.has_input_names():
        return frame
    wanted = schema.input_names()
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise EngineError("bad_request", f"{path} lacks the model's columns "
                          f"{', '.join(map(str, missing[:10]))}.",
                          "Score a file with the columns of the model's signature.")
    return frame[wanted]


def _predict(job, model, inputs):
    """(predictions (n,), probabilities (n, k) or None, class labels or None), block by block."""
    native = getattr(getattr(model, "_model_impl", None), "sklearn_model", None)
    classes = getattr(native, "classes_", None) if hasattr(native, "predict_proba") else None
    predictions, probabilities = [], []
    for start in range(0, len(inputs), _BLOCK):
        cancel.check()
        job.channel.progress("score", start, len(inputs))
        block = inputs.iloc[start:start + _BLOCK]
        try:
            predictions.append(np.asarray(model.predict(block)).reshape(len(block), -1)[:, 0])
            if classes is not None:
                probabilities.append(np.asarray(native.predict_proba(block), dtype=np.float64))
        except Exception as error:  # the model decides what it raises
            if full_disk_cause(error):
                raise
            raise EngineError("model_not_loadable", "The model cannot predict these rows: "
                              f"{str(error)[-500:]}",
                              "Score a file like the one it was trained on.") from error
    job.channel.progress("score", len(inputs), len(inputs))
    return (np.concatenate(predictions), np.concatenate(probabilities) if probabilities else None,
            classes)


def _write(job, predictions, probabilities, classes):
    path = job.dir / "predictions.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        names = [] if classes is None else [f"probability_{label}" for label in classes]
        writer.writerow(["prediction", *names])
        for row, value in enumerate(predictions.tolist()):
            writer.writerow([value, *([] if probabilities is None else probabilities[row])])
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]
    return {"path": "predictions.csv", "digest": digest}


def _measure(series, path, predictions, probabilities, classes):
    """(problem, metrics without prefix); classes without probabilities get label metrics only."""
    if predictions.dtype.kind == "f" and probabilities is None:
        target = encode_target(series, path, "regression")
        return "regression", point_metrics("regression", target.y, predictions.astype(float))
    truth = label_array(series)
    labels = np.unique(np.concatenate([truth.astype(str), predictions.astype(str)]))
    if classes is not None:
        labels = np.asarray(classes).astype(str)
    index = {label: k for k, label in enumerate(labels)}
    unknown = sorted(set(truth.astype(str)) - set(index))
    if unknown:
        raise bad(f"The target {series.name!r} holds labels the model does not know: "
                  f"{', '.join(unknown[:5])}.", "Score rows with the labels of the training.")
    y = np.array([index[label] for label in truth.astype(str)])
    said = np.array([index[label] for label in predictions.astype(str)])
    problem = "binary" if len(labels) == 2 else "multiclass"
    return problem, _class_metrics(problem, y, said, probabilities, len(labels))


def _class_metrics(problem, y, said, probabilities, classes):
    """Label metrics from the predictions (the model's own threshold), the rest from scores."""
    hard = np.eye(max(classes, 2))[said]
    values = point_metrics(problem, y, hard)
    by_score = {"roc_auc", "pr_auc", "log_loss", "brier", "roc_auc_ovr"}
    if probabilities is None:
        return {name: values[name] for name in NAMES[problem] if name not in by_score}
    soft = point_metrics(problem, y, probabilities)
    return {name: (soft if name in by_score else values)[name] for name in NAMES[problem]}


def _latency(job, model, inputs):
    """Milliseconds per single-row call of `predict`, schema check included; None if not wanted."""
    count = job.options["latency_rows"]
    if not count:
        return None
    spent = []
    for call in range(count + _WARM_UP):
        if call % 20 == 0:
            job.channel.progress("latency", min(call, count), count)
            cancel.check()
        row = inputs.iloc[[call % len(inputs)]]
        start = time.perf_counter()
        model.predict(row)
        spent.append((time.perf_counter() - start) * 1000)
    spent = np.array(spent[_WARM_UP:])
    job.channel.progress("latency", count, count)
    return {"p50": np.quantile(spent, 0.5), "p95": np.quantile(spent, 0.95),
            "p99": np.quantile(spent, 0.99), "mean": spent.mean(), "max": spent.max(),
            "count": count}
