# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's promises to its caller: lines, exit codes, error kinds, cancelling, full disks."""

import json
import os
import resource
import signal
import unittest

from support import EngineCase

NOISE = """
import os, sys
class Noise:
    def find_spec(self, name, path=None, target=None):
        if name in ("pandas", "sklearn"):
            os.write(1, b"native noise\\n")
            print("python noise", flush=True)
        return None
sys.meta_path.insert(0, Noise())
"""


class ProtocolTest(EngineCase):
    def test_noise_on_stdout_never_reaches_the_protocol(self):
        hooks = self.dir / "hooks"
        hooks.mkdir()
        (hooks / "sitecustomize.py").write_text(NOISE)
        path = self.write("a.csv", "x,y\n1,2\n3,4\n")
        request = self.request("inspect", path)
        child = self.start(request, env={"PYTHONPATH": f"{hooks}:{os.environ.get('PYTHONPATH', '')}"
                                                       f":{self.engine_path()}"})
        stdout, stderr = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0, stderr)
        for line in stdout.splitlines():
            self.assertIn("event", json.loads(line))
        self.assertIn(b"native noise", stderr)
        self.assertIn(b"python noise", stderr)

    @staticmethod
    def engine_path():
        from support import ENGINE
        return ENGINE

    def test_requests_that_cannot_be_accepted(self):
        good = self.request("inspect", self.write("a.csv", "x,y\n1,2\n"))
        bad = [b"{", b"[]", {**good, "protocol": 2}, {**good, "op": "guess"},
               {**good, "extra": 1}, {**good, "seed": -1}, {**good, "data": {}},
               {**good, "data": {"path": "a", "colour": "b"}}, {**good, "job_dir": ""},
               {**good, "options": {"preview_rows": 501}}, {**good, "options": {"colour": 1}},
               {**good, "op": "train"}, {**good, "op": "score"}]
        for request in bad:
            with self.subTest(request=str(request)[:80]):
                self.assert_error(self.run_request(request), "bad_request")

    def test_bad_data_is_named_with_its_remedy(self):
        rows = "".join(f"{k},{k % 7},{k % 2}\n" for k in range(100))
        data = self.write("a.csv", "x,y,t\n" + rows)
        constant = self.write("c.csv", "x,t\n" + "".join(f"{k},1\n" for k in range(100)))
        cases = [
            ("no_such_file", self.dir / "nowhere.csv", "t", ("nowhere.csv",)),
            ("unreadable_data", self.write("empty.csv", ""), "t", ("empty.csv", "empty")),
            ("unreadable_data", self.write("b.csv", bytes(range(256)) * 9), "t", ("binary",)),
            ("unreadable_data", self.write("b.parquet", b"PAR1 broken"), "t", ("Parquet",)),
            ("unreadable_data", self.dir, "t", ("regular file",)),
            ("no_such_target", data, "tt", ("'tt'", "a.csv", "t")),
            ("constant_target", constant, "t", ("'t'", "c.csv", "1")),
            ("too_few_rows", self.write("one.csv", "x,t\n1,2\n"), "t", ("one.csv",)),
            ("too_few_rows", self.write("few.csv", "x,t\n" + "".join(
                f"{k * 7 % 5},{k % 2}\n" for k in range(30))), "t", ("30 rows",)),
        ]
        for kind, path, target, texts in cases:
            with self.subTest(kind=kind, path=str(path)):
                outcome = self.run_job("train", path, target, algorithm="LogisticRegression")
                self.assert_error(outcome, kind, *texts)
                self.assertFalse((outcome.dir / "model").exists())

    def test_algorithms_that_do_not_exist_or_do_not_fit(self):
        rows = "".join(f"{k * 37 % 101},{k * 1.5 + k % 3}\n" for k in range(100))
        data = self.write("a.csv", "x,t\n" + rows)
        for algorithm, kind in (("DeepMagic", "unknown_algorithm"),
                                ("LogisticRegression", "unsupported_problem")):
            outcome = self.run_job("train", data, "t", algorithm=algorithm)
            self.assert_error(outcome, kind, algorithm, "Ridge")
        outcome = self.run_job("train", data, "t", algorithm="Ridge",
                               hyperparameters={"beta": 1})
        self.assert_error(outcome, "bad_request", "beta", "alpha")

    def test_sigterm_ends_with_130_and_says_so(self):
        request = self.request("train", self.demo("breast_cancer"), "diagnosis",
                               algorithm="XGBoost", trials=5000, timeout_s=600)
        child = self.start(request)
        lines = []
        for raw in child.stdout:
            lines.append(json.loads(raw))
            if lines[-1]["event"] == "metric":
                break
        os.killpg(child.pid, signal.SIGTERM)
        stdout, _ = child.communicate(timeout=30)
        last = json.loads(stdout.splitlines()[-1])
        self.assertEqual(child.returncode, 130)
        self.assertEqual((last["event"], last["kind"]), ("error", "cancelled"))

    def test_a_full_disk_is_called_a_full_disk(self):
        """A file-size limit stands in for the full disk: the same failing writes."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

        request = self.request("train", self.demo("wine"), "cultivar", algorithm="LightGBM",
                               trials=0)
        child = self.start(request, preexec_fn=limit)
        stdout, stderr = child.communicate(timeout=120)
        last = json.loads(stdout.splitlines()[-1])
        self.assertEqual(child.returncode, 1, stderr)
        self.assertEqual((last["event"], last["kind"]), ("error", "disk_full"), last)

    def test_a_job_directory_that_cannot_be_made(self):
        path = self.write("a.csv", "x,y\n1,2\n")
        self.assert_error(self.run_job("inspect", path, job="a.csv/job"), "bad_request", "a.csv")


if __name__ == "__main__":
    unittest.main()
