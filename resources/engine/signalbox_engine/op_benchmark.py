# SPDX-License-Identifier: GPL-3.0-or-later
"""Operation `benchmark`: cross-validated comparison of algorithms with default hyperparameters."""

import csv
import io

import numpy as np

from signalbox_engine import cancel
from signalbox_engine.algorithms import find_algorithm, suitable
from signalbox_engine.crossval import fold_pairs
from signalbox_engine.errors import EngineError, TimeUp
from signalbox_engine.fitting import Task
from signalbox_engine.metrics import NAMES, PRIMARY, direction
from signalbox_engine.prepare import prepare
from signalbox_engine.request import bad
from signalbox_engine.search import make_folds, score_fold
from signalbox_engine.splits import pick_strategy


def run(job):
    """Returns the result of PROTOCOL.md's benchmark; raises benchmark_failed if all fail."""
    algorithms = [find_algorithm(name) for name in job.options["candidates"]]
    if not algorithms:
        raise bad("Option candidates is empty.", "Name at least one algorithm.")
    budget = cancel.Budget(job.options["time_limit_s"])
    prepared = prepare(job)
    folds = _folds(job, prepared)
    count, problem = len(folds), prepared.target.problem
    total = len(algorithms) * count
    results = []
    for position, algorithm in enumerate(algorithms):
        job.channel.progress("benchmark", position * count, total)
        task = Task(algorithm, problem, job.seed)
        results.append(_run_candidate(job, task, folds, budget, (position * count, total)))
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
    """Preprocessed folds of at most max_rows rows."""
    y, target = prepared.target.y, prepared.target
    rows = np.arange(len(y))
    if len(rows) > job.options["max_rows"]:
        chosen = np.random.default_rng(job.seed).choice(rows, job.options["max_rows"], False)
        rows = np.sort(chosen)
        job.channel.log("info", f"The benchmark uses {len(rows)} of {len(y)} rows.")
    strategy = pick_strategy("auto", job.data, target.is_classes)
    pairs = fold_pairs(job, prepared, rows, strategy)
    if not pairs:
        raise EngineError("too_few_rows", f"{prepared.table.path} has too few rows for two folds "
                          f"of the target {job.data['target']!r}.",
                          "Every class needs at least 2 rows, every group split 2 groups.")
    return make_folds(prepared, pairs, "none", job.seed)


def _run_candidate(job, task, folds, budget, progress):
    """One entry of `candidates`; a fold that fails is a failure of the candidate."""
    algorithm, problem = task.algorithm, task.problem
    entry = {"name": algorithm.name, "ok": False, "mean": None, "std": None, "fold_values": [],
             "seconds": 0.0, "score": None, "score_mean": None, "score_std": None, "metrics": {},
             "error": None}
    start = budget.elapsed()
    if problem not in algorithm.problems:
        entry["error"] = {"kind": "unsupported_problem", "message":
                          f"{algorithm.name} does not suit {problem}; suitable: "
                          f"{', '.join(suitable(problem))}"}
        return entry
    found = []
    try:
        for step, fold in enumerate(folds):
            values = score_fold(task, algorithm.defaults, fold, budget)
            found.append(values)
            job.channel.metric(f"benchmark.{algorithm.name}.{PRIMARY[problem]}",
                               values[PRIMARY[problem]], step)
            job.channel.progress("benchmark", progress[0] + step + 1, progress[1])
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
