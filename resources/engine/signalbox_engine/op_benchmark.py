# SPDX-License-Identifier: GPL-3.0-or-later
"""Operation `benchmark`: cross-validated comparison of algorithms with default hyperparameters."""

import csv
import io

import numpy as np

from signalbox_engine import cancel
from signalbox_engine.algorithms import find_algorithm, suitable
from signalbox_engine.errors import EngineError, TimeUp
from signalbox_engine.metrics import NAMES, PRIMARY, direction
from signalbox_engine.prepare import prepare
from signalbox_engine.request import bad
from signalbox_engine.search import make_folds, score_fold
from signalbox_engine.splits import folds_of, pick_strategy


def run(job):
    """Returns the result of PROTOCOL.md's benchmark; raises benchmark_failed if all fail."""
    algorithms = [find_algorithm(name) for name in job.options["candidates"]]
    if not algorithms:
        raise bad("Option candidates is empty.", "Name at least one algorithm.")
    budget = cancel.Budget(job.options["time_limit_s"])
    prepared = prepare(job)
    folds, count = _folds(job, prepared)
    problem, total = prepared.target.problem, len(algorithms) * count
    results = []
    for position, algorithm in enumerate(algorithms):
        job.channel.progress("benchmark", position * count, total)
        results.append(_run_candidate(job, algorithm, prepared, folds, budget, position, total))
    job.channel.progress("benchmark", total, total)
    if not any(entry["ok"] for entry in results):
        reasons = "; ".join(f"{entry['name']}: {entry['error']['message']}" for entry in results)
        raise EngineError("benchmark_failed", f"Every candidate failed. {reasons}",
                          "Choose other candidates, more rows or a longer time limit.")
    job.write_text("benchmark.csv", _as_csv(results))
    return {"data": prepared.table.block(job.data["target"]), "problem": problem,
            "metric": PRIMARY[problem], "direction": direction(problem),
            "score_metric": _score_metric(problem), "folds": count,
            "rows": sum(len(fold.score_y) for fold in folds), "seconds": budget.elapsed(),
            "candidates": results}


def _score_metric(problem):
    return "r2" if problem == "regression" else PRIMARY[problem]


def _folds(job, prepared):
    """(preprocessed folds, their number) of at most max_rows rows."""
    y, target = prepared.target.y, prepared.target
    rows = np.arange(len(y))
    if len(rows) > job.options["max_rows"]:
        chosen = np.random.default_rng(job.seed).choice(rows, job.options["max_rows"], False)
        rows = np.sort(chosen)
        job.channel.log("info", f"The benchmark uses {len(rows)} of {len(y)} rows.")
    strategy = pick_strategy("auto", job.data, target.is_classes)
    groups = prepared.frame[job.data["group"]].astype(str).to_numpy() if strategy == "group" else None
    most = [len(rows) // 5]
    if target.is_classes:
        most.append(int(np.bincount(y[rows])[np.unique(y[rows])].min()))
    if groups is not None:
        most.append(len(np.unique(groups[rows])))
    count = min(job.options["folds"], *most)
    if count < 2:
        raise EngineError("too_few_rows", f"{prepared.table.path} has too few rows for two folds "
                          f"of the target {job.data['target']!r}.",
                          "Every class needs at least 2 rows, every group split 2 groups.")
    if count < job.options["folds"]:
        job.channel.log("warning", f"Only {count} folds are possible with these rows.")
    if strategy == "time":
        rows = rows[np.argsort(time_order(prepared, job.data["time"])[rows], kind="stable")]
    pairs = folds_of(strategy, count, y[rows], target.is_classes, job.seed,
                     None if groups is None else groups[rows])
    pairs = [(rows[fit_rows], rows[score_rows]) for fit_rows, score_rows in pairs]
    return make_folds(prepared.frame, prepared.features, y, pairs, "none", job.seed), count


def time_order(prepared, name):
    """Sortable numbers of the time column (n,), missing ones last; else bad_request."""
    import pandas as pd

    column = next(column for column in prepared.columns if column.name == name)
    series = prepared.frame[name]
    if column.type == "date":
        when = pd.to_datetime(series, format=column.format, errors="coerce", utc=True)
        order = when.astype("int64").to_numpy(dtype=np.float64)
    elif column.type in ("integer", "real"):
        order = series.to_numpy(dtype=np.float64)
    else:
        raise bad(f"The time column {name!r} holds neither dates nor numbers.",
                  "Choose a column with dates or increasing numbers.")
    return np.where(series.isna().to_numpy(), np.inf, order)


def _run_candidate(job, algorithm, prepared, folds, budget, position, total):
    """One entry of `candidates`; a fold that fails is a failure of the candidate."""
    entry = {"name": algorithm.name, "ok": False, "mean": None, "std": None, "fold_values": [],
             "seconds": 0.0, "score": None, "score_mean": None, "score_std": None, "metrics": {},
             "error": None}
    problem, start = prepared.target.problem, budget.elapsed()
    if problem not in algorithm.problems:
        entry["error"] = {"kind": "unsupported_problem", "message":
                          f"{algorithm.name} does not suit {problem}; suitable: "
                          f"{', '.join(suitable(problem))}"}
        return entry
    found = []
    try:
        for step, fold in enumerate(folds):
            values = score_fold(algorithm, algorithm.defaults, problem, job.seed, fold, budget)
            found.append(values)
            job.channel.metric(f"benchmark.{algorithm.name}.{PRIMARY[problem]}",
                               values[PRIMARY[problem]], step)
            job.channel.progress("benchmark", position * len(folds) + step + 1, total)
    except TimeUp:
        entry["error"] = {"kind": "time_limit", "message":
                          f"not finished within {job.options['time_limit_s']} s"}
    except (ValueError, ArithmeticError, RuntimeError) as error:
        entry["error"] = {"kind": "fold_failed", "message": f"fold {len(found) + 1}: {error}"}
        job.channel.log("warning", f"{algorithm.name} failed: {error}")
    entry["seconds"] = budget.elapsed() - start
    entry["fold_values"] = [values[PRIMARY[problem]] for values in found]
    return entry if entry["error"] else _finish(entry, problem, found)


def _finish(entry, problem, found):
    table = {name: np.array([values[name] for values in found]) for name in NAMES[problem]}
    entry["metrics"] = {name: {"mean": float(values.mean()), "std": float(values.std())}
                        for name, values in table.items()}
    main, scored = entry["metrics"][PRIMARY[problem]], entry["metrics"][_score_metric(problem)]
    score = scored["mean"] - 0.5 * scored["std"]
    entry.update(ok=True, mean=main["mean"], std=main["std"], score_mean=scored["mean"],
                 score_std=scored["std"], score=float(np.clip(score, 0.0, 1.0)))
    return entry


def _as_csv(results):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["algorithm", "ok", "mean", "std", "score", "seconds", "folds", "error"])
    for entry in results:
        writer.writerow([entry["name"], entry["ok"], entry["mean"], entry["std"], entry["score"],
                         f"{entry['seconds']:.3f}", " ".join(map(repr, entry["fold_values"])),
                         (entry["error"] or {}).get("message", "")])
    return out.getvalue()
