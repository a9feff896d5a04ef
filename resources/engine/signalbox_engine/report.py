# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a finished training into params, metrics, artifacts, the model folder and the result."""

import time

from signalbox_engine import cancel, features, plots
from signalbox_engine.assemble import trusted_types
from signalbox_engine.curves import confusion, curve_data
from signalbox_engine.metrics import PRIMARY, direction
from signalbox_engine.package import locked_requirements, save_model
from signalbox_engine.schema import dataset_inputs, rows_digest
from signalbox_engine.splits import PARTS

_EXAMPLE_ROWS = 5
_CHECK_ROWS = 1000


def write(job, training, start):
    """Writes and announces everything; returns the result of train."""
    prepared, target = training.prepared, training.prepared.target
    test = _write_test_rows(job, training)
    facts = {
        "data": prepared.table.block(job.data["target"]), "problem": target.problem,
        "algorithm": training.algorithm.name, "intervals": training.intervals,
        "threshold": training.threshold, "positive_label":
            str(target.labels[1]) if target.problem == "binary" else None,
        "classes": [str(label) for label in target.labels] if target.is_classes else None,
        "confusion": _confusion(training), "hyperparameters": training.fit.params,
        "hpo": _hpo(training), "split": {"strategy": training.strategy, **_sizes(training)},
        "imbalance": training.imbalance, "features": [c.name for c in prepared.features],
        "dropped": prepared.dropped, "test_rows": test,
        "importance": features.importance_of(training.fit.estimator, training.preprocessor),
        "datasets": dataset_inputs(prepared, test["digest"], test["rows"]),
        "leaks": prepared.leaks, "qc": prepared.qc, "overrides": training.overrides,
    }
    facts["metrics"] = _metrics(training)
    _send_params(job, facts)
    for key, value in facts["metrics"].items():
        job.channel.metric(key, value)
    _write_files(job, training, facts)
    _write_plots(job, training, facts)
    facts["model"] = _write_model(job, training, facts)
    facts["seconds"] = time.monotonic() - start
    return facts


def _sizes(training):
    return {part: len(training.parts[part]) for part in PARTS}


def _write_test_rows(job, training):
    rows = training.prepared.frame.iloc[training.parts["test"]].reset_index(drop=True)
    known = [column.name for column in training.prepared.columns if column.type != "unsupported"]
    rows = rows[known]
    rows.to_parquet(job.dir / "test_rows.parquet", index=False)
    return {"path": "test_rows.parquet", "rows": len(rows), "digest": rows_digest(rows)}


def _confusion(training):
    target = training.prepared.target
    if not target.is_classes:
        return None
    predicted = target.decided(training.scores["test"], training.threshold)
    matrix = confusion(target.y[training.parts["test"]], predicted, len(target.labels))
    return {"labels": [str(label) for label in target.labels], "matrix": matrix}


def _hpo(training):
    search, problem = training.search, training.prepared.target.problem
    return {"trials": len(search.trials), "completed": search.count("complete"),
            "pruned": search.count("pruned"), "failed": search.count("failed"),
            "best": search.best, "metric": PRIMARY[problem], "direction": direction(problem),
            "seconds": search.seconds, "stopped": search.stopped}


def _metrics(training):
    """All final metrics by key, step 0."""
    values = dict(training.metrics)
    for name, bounds in training.intervals.items():
        values[f"test_{name}_low"], values[f"test_{name}_high"] = bounds["low"], bounds["high"]
    search = training.search
    values.update(fit_seconds=training.seconds["fit"], hpo_seconds=search.seconds,
                  hpo_trials=len(search.trials), hpo_pruned=search.count("pruned"))
    return values


def _send_params(job, facts):
    sizes = facts["split"]
    params = {"algorithm": facts["algorithm"], "problem": facts["problem"],
              "target": job.data["target"], "seed": job.seed,
              "dataset_digest": facts["data"]["digest"],
              "test_digest": facts["test_rows"]["digest"], "rows": facts["data"]["rows"],
              **{f"rows_{part}": sizes[part] for part in PARTS}, "split": sizes["strategy"],
              "imbalance": (facts["imbalance"] or {}).get("strategy", "none"),
              "features": facts["features"], "hpo_trials": facts["hpo"]["trials"],
              **{f"hp_{name}": value for name, value in facts["hyperparameters"].items()}}
    if facts["threshold"] is not None:
        params.update(threshold=facts["threshold"], positive_label=facts["positive_label"])
    for key, value in params.items():
        job.channel.param(key, value)


def _write_files(job, training, facts):
    prepared = training.prepared
    keys = ("data", "problem", "algorithm", "metrics", "intervals", "threshold", "positive_label",
            "classes", "confusion", "hyperparameters", "imbalance", "leaks", "qc", "overrides")
    job.write_json("evaluation.json", {key: facts[key] for key in keys})
    job.write_json("split.json", {
        "strategy": training.strategy, "seed": job.seed, "fractions": job.options["fractions"],
        "data_digest": prepared.table.digest, "test_digest": facts["test_rows"]["digest"],
        "rows": {part: prepared.rows[training.parts[part]] for part in PARTS}})
    job.write_json("preprocessing.json", {
        "features": features.summary(training.preprocessor, prepared.features),
        "dropped": facts["dropped"], "columns_out": len(features.sources(training.preprocessor))})
    job.write_json("importance.json", {"features": facts["importance"]})
    job.write_json("hpo.json", {**facts["hpo"], "trials": training.search.trials})
    job.write_text("requirements.lock", locked_requirements(training.algorithm.name))


def _write_plots(job, training, facts):
    target = training.prepared.target
    data = curve_data(target.problem, target.labels, target.y[training.parts["test"]],
                      training.scores["test"], training.threshold)
    data["importance"] = {"features": facts["importance"]}
    if training.search.trials:
        data["hpo"] = {"metric": facts["hpo"]["metric"], "trials": training.search.trials}
    if training.rounds:
        data["rounds"] = training.rounds
    for step, (name, values) in enumerate(data.items()):
        cancel.check()
        job.channel.progress("plots", step, len(data))
        job.write_json(f"plots/{name}.json", values)
        if job.options["plots"]:
            plots.draw(name, values, job.dir / "plots" / f"{name}.png")
            job.artifact(f"plots/{name}.png")
    job.channel.progress("plots", len(data), len(data))


def _write_model(job, training, facts):
    cancel.check()
    job.channel.progress("package", 0, 1)
    prepared, name = training.prepared, training.algorithm.name
    rows = prepared.frame.iloc[training.parts["test"][:_CHECK_ROWS]]
    rows = rows[facts["features"]].reset_index(drop=True)
    metadata = {"signalbox": {
        "algorithm": name, "problem": facts["problem"], "target": job.data["target"],
        "threshold": facts["threshold"], "positive_label": facts["positive_label"],
        "dataset_digest": facts["data"]["digest"], "test_digest": facts["test_rows"]["digest"]}}
    expected = prepared.target.said(training.scores["test"][:_CHECK_ROWS], training.threshold)
    entry = save_model(job, training.model, name, prepared, (rows, expected), _EXAMPLE_ROWS,
                       trusted_types(name, prepared.features), metadata)
    job.channel.send("model", **entry)
    job.channel.progress("package", 1, 1)
    return entry
