# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the engine as its callers do: one process, one request, lines back."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[2] / "resources" / "engine"
# As the program starts it: a process that a full disk stops must not leave half a .pyc behind.
NO_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "1"}
sys.path.insert(0, str(ENGINE))

EVENTS = {"progress", "metric", "param", "tag", "artifact", "model", "log", "result", "error"}


class Outcome:
    """What a job left: exit code, parsed lines, its directory and its stderr."""

    def __init__(self, code, stdout, stderr, job_dir):
        self.code = code
        self.lines = [json.loads(line, parse_constant=_refuse) for line in stdout.splitlines()]
        self.stderr = stderr
        self.dir = Path(job_dir)

    @property
    def last(self):
        """The last line, a result or an error."""
        return self.lines[-1]

    def of(self, event):
        """Every line of one kind."""
        return [line for line in self.lines if line["event"] == event]


def _refuse(token):
    raise ValueError(f"{token} is not JSON")


class EngineCase(unittest.TestCase):
    """Gives each test a directory `self.dir` and helpers to run jobs and write data."""

    def setUp(self):
        self._keep = tempfile.TemporaryDirectory(prefix="signalbox-engine-")
        self.addCleanup(self._keep.cleanup)
        self.dir = Path(self._keep.name)

    def start(self, request, **popen):
        """Starts the engine; the request has been sent when this returns."""
        env = {**os.environ, **NO_BYTECODE, "PYTHONPATH": str(ENGINE), "OMP_NUM_THREADS": "2",
               **popen.pop("env", {})}
        child = subprocess.Popen(
            [sys.executable, "-m", "signalbox_engine"], stdin=subprocess.PIPE, env=env,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **popen)
        raw = request if isinstance(request, bytes) else json.dumps(request).encode()
        child.stdin.write(raw)
        child.stdin.close()
        child.stdin = None
        return child

    def request(self, op, path, target=None, job="job", data=None, **options):
        """A request document; `data` adds keys to the data block."""
        block = {"path": str(path), **({"target": target} if target else {}), **(data or {})}
        return {"protocol": 1, "op": op, "data": block, "job_dir": str(self.dir / job),
                "seed": 42, "options": options}

    def run_request(self, request, **popen):
        """Runs a request to its end and checks what holds for every job."""
        child = self.start(request, **popen)
        stdout, stderr = child.communicate(timeout=300)
        job_dir = request.get("job_dir", self.dir) if isinstance(request, dict) else self.dir
        outcome = Outcome(child.returncode, stdout.decode(), stderr.decode(), job_dir)
        self.assertTrue({line["event"] for line in outcome.lines} <= EVENTS)
        self.assertEqual(outcome.code == 0, outcome.last["event"] == "result", outcome.last)
        return outcome

    def run_job(self, op, path, target=None, **rest):
        """Shorthand for run_request(request(...))."""
        return self.run_request(self.request(op, path, target, **rest))

    def assert_error(self, outcome, kind, *texts):
        """The job ended with this kind, and message or hint hold each text."""
        self.assertEqual(outcome.last["event"], "error", outcome.last)
        self.assertEqual(outcome.last["kind"], kind, outcome.last)
        self.assertEqual(outcome.code, 130 if kind == "cancelled" else 1)
        said = outcome.last["message"] + " " + outcome.last["hint"]
        for text in texts:
            self.assertIn(text, said)
        self.assertTrue(outcome.last["hint"])

    def demo(self, name):
        """Path of a demo data set as CSV."""
        path = self.dir / f"{name}.csv"
        subprocess.run([sys.executable, "-m", "signalbox_engine.demo_data", name, str(path)],
                       check=True, env={**os.environ, **NO_BYTECODE, "PYTHONPATH": str(ENGINE)})
        return path

    def write(self, name, text):
        """Writes text or bytes to a file in the test's directory."""
        path = self.dir / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


def messy_frame(rows=400):
    """Every kind of column, with holes; targets answer (text), grade (1..3), sure (bool), value."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(7)
    age = rng.integers(18, 90, rows).astype(float)
    city = rng.choice(np.array(["Köln", "Paris", "New York", None], dtype=object), rows)
    flag = rng.random(rows) > 0.5
    z = (age - 50) / 20 + (city == "Paris") * 1.0 + flag * 1.5 + rng.normal(0, 0.5, rows)
    days = pd.Series(pd.date_range("2021-01-01", periods=rows)).sample(frac=1, random_state=0)
    frame = pd.DataFrame({
        "row_id": np.arange(rows) + 1000, "code": [f"c{k:05d}" for k in rng.permutation(rows)],
        "age": age, "visits": rng.integers(0, 9, rows), "income": rng.lognormal(10, 1, rows),
        "city": city, "street": [f"s{int(k) % 150}" for k in rng.zipf(1.6, rows)], "flag": flag,
        "maybe": rng.choice(np.array([True, False, None], dtype=object), rows),
        "when": days.dt.strftime("%d.%m.%Y").to_numpy(), "same": 1, "empty": np.nan,
        "größe, in cm": rng.normal(size=rows)})
    for column, count in (("age", 40), ("when", 20)):
        frame.loc[rng.choice(rows, count, False), column] = None
    frame["answer"] = np.where(z > 1, "ja", "nein")
    frame["grade"] = np.digitize(z, [0.0, 1.5]) + 1
    frame["sure"] = z > 1
    frame["value"] = 10 * z + rng.normal(size=rows)
    return frame


TARGETS = ("answer", "grade", "sure", "value")


def messy_csv(path, target, rows=400):
    """Writes messy_frame with one of its targets only."""
    frame = messy_frame(rows).drop(columns=[name for name in TARGETS if name != target])
    frame.to_csv(path, index=False)
    return path
