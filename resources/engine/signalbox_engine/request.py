# SPDX-License-Identifier: GPL-3.0-or-later
"""Validates the request document against the tables of PROTOCOL.md."""

import json
from dataclasses import dataclass, field

from signalbox_engine import PROTOCOL
from signalbox_engine.errors import EngineError

PROBLEMS = ("auto", "binary", "multiclass", "regression")
IMBALANCE = ("auto", "none", "class_weight", "smote", "random_oversample", "random_undersample",
             "combined")
SPLITS = ("auto", "stratified", "random", "group", "time")

# option -> (default, check); check is a type, a tuple of choices or a (low, high) range of ints.
_COMMON = {"problem": ("auto", PROBLEMS)}
OPTIONS = {
    "inspect": {**_COMMON, "preview_rows": (50, range(0, 501))},
    "benchmark": {**_COMMON, "candidates": (None, list), "folds": (3, range(2, 11)),
                  "time_limit_s": (120, float), "max_rows": (50000, range(50, 10_000_001))},
    "train": {**_COMMON, "algorithm": (None, str), "trials": (20, range(0, 10001)),
              "timeout_s": (120, float), "folds": (3, range(2, 11)),
              "hyperparameters": ({}, dict), "early_stopping_rounds": (20, range(0, 1001)),
              "imbalance": ("auto", IMBALANCE), "threshold": ("youden", object),
              "positive_label": ("", str), "split": ("auto", SPLITS),
              "fractions": ([0.6, 0.2, 0.15, 0.05], list), "drop_columns": ([], list),
              "bootstrap": (1000, range(0, 100001)), "plots": (True, bool),
              "allow_leakage": ("", str), "allow_qc": ("", str)},
    "score": {"model_path": (None, str), "split": ("", str),
              "part": ("test", ("train", "validation", "test", "holdout")),
              "latency_rows": (200, range(0, 100001))},
}
_DATA_KEYS = ("path", "format", "target", "group", "time", "treatment")


@dataclass
class Request:
    """A checked request; `data` has every key of _DATA_KEYS (empty text when not given)."""

    op: str
    data: dict
    job_dir: str
    seed: int = 42
    options: dict = field(default_factory=dict)


def bad(message, hint="See PROTOCOL.md for the accepted keys and values."):
    """The error for a request the engine cannot accept."""
    return EngineError("bad_request", message, hint)


def parse_request(raw):
    """Bytes of one JSON document -> Request; raises EngineError(bad_request)."""
    try:
        doc = json.loads(raw)
    except (ValueError, UnicodeDecodeError) as error:
        raise bad(f"The request is not JSON: {error}") from error
    if not isinstance(doc, dict):
        raise bad("The request must be a JSON object.")
    if doc.get("protocol") != PROTOCOL:
        raise bad(f"Protocol {doc.get('protocol')!r} is not spoken here; this engine speaks "
                  f"{PROTOCOL}.", "Use the engine that belongs to this version of Signalbox.")
    if doc.get("op") not in OPTIONS:
        raise bad(f"Unknown operation {doc.get('op')!r}; known: {', '.join(OPTIONS)}.")
    unknown = set(doc) - {"protocol", "op", "data", "job_dir", "seed", "options"}
    if unknown:
        raise bad(f"Unknown request keys: {', '.join(sorted(unknown))}.")
    job_dir, seed = doc.get("job_dir"), doc.get("seed", 42)
    if not isinstance(job_dir, str) or not job_dir:
        raise bad("job_dir must name a directory.")
    if not _is_int(seed) or not 0 <= seed < 2**32:
        raise bad("seed must be an integer from 0 to 4294967295.")
    data = _parse_data(doc["op"], doc.get("data"))
    return Request(doc["op"], data, job_dir, seed, _parse_options(doc["op"], doc.get("options")))


def _parse_data(op, data):
    if not isinstance(data, dict) or not isinstance(data.get("path"), str) or not data["path"]:
        raise bad("data.path must name a file.")
    for key, value in data.items():
        if key not in _DATA_KEYS:
            raise bad(f"Unknown key data.{key}.")
        if value is not None and not isinstance(value, str):
            raise bad(f"data.{key} must be text.")
    result = {key: data.get(key) or "" for key in _DATA_KEYS}
    result["format"] = result["format"] or "auto"
    if result["format"] not in ("auto", "csv", "parquet"):
        raise bad(f"data.format {result['format']!r} is not auto, csv or parquet.")
    if op in ("benchmark", "train") and not result["target"]:
        raise bad(f"data.target is needed for {op}.", "Name the column to predict.")
    return result


def _parse_options(op, options):
    options = {} if options is None else options
    if not isinstance(options, dict):
        raise bad("options must be an object.")
    table = OPTIONS[op]
    unknown = set(options) - set(table)
    if unknown:
        raise bad(f"Unknown options for {op}: {', '.join(sorted(unknown))}.")
    result = {}
    for name, (default, rule) in table.items():
        value = options.get(name)
        if value is None:
            value = default
        if value is None:
            raise bad(f"Option {name} is needed for {op}.")
        result[name] = _checked(name, value, rule)
    return result


def _is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _checked(name, value, rule):
    if isinstance(rule, range):
        if not _is_int(value) or value not in rule:
            raise bad(f"Option {name} must be an integer from {rule.start} to {rule.stop - 1}.")
    elif isinstance(rule, tuple):
        if value not in rule:
            raise bad(f"Option {name} must be one of {', '.join(rule)}, not {value!r}.")
    elif rule is float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
            raise bad(f"Option {name} must be a number above 0.")
    elif not isinstance(value, rule):
        raise bad(f"Option {name} has the wrong type ({type(value).__name__}).")
    return value
