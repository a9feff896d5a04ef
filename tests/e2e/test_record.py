# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines on stdin become a run, whatever the lines, the server and the signals do."""
import json
import math
import os
import signal
import subprocess
import time

from mlflow import MlflowClient

from harness import CTL, HomeCase, wait_until
from servers import MortalServer, SilentServer


def metric(key, value, step):
    return json.dumps({"metric": key, "value": value, "step": step}) + "\n"


class Recording(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_server()

    def record(self, text, *args, code=0, timeout=60):
        """Runs `record --json` on the text; returns the document and stderr."""
        data = text if isinstance(text, bytes) else text.encode()
        done = subprocess.run([CTL, "--json", *args], input=data, env=self.env, capture_output=True,
                              timeout=timeout, cwd=self.folder)
        err = done.stderr.decode()
        self.assertEqual(done.returncode, code, done.stdout.decode() + err)
        return json.loads(done.stdout), err

    def start(self, *args):
        process = subprocess.Popen([CTL, *args, "--events"], env=self.env, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
                                   preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
        for stream in (process.stdin, process.stdout, process.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(process.kill)
        return process

    @staticmethod
    def read_until(process, condition):
        for line in process.stdout:
            event = json.loads(line)
            if condition(event):
                return event
        raise AssertionError("the recorder ended early: " + process.stderr.read())

    def test_everything_arrives(self):
        files = self.folder / "files"
        files.mkdir()
        (files / "plot.svg").write_text("<svg/>")
        (self.folder / "secret.txt").write_text("secret")
        (files / "link").symlink_to(self.folder / "secret.txt")
        text = "\ufeff" + json.dumps({"param": "lr", "value": 0.1}) + "\r\n"
        text += json.dumps({"tag": "owner", "value": "Zoë"}) + "\n\n"
        text += "".join(metric("loss", 1 / (i + 1), i) for i in range(2500))
        text += json.dumps({"metric": "odd", "value": "NaN", "step": 1, "timestamp": 1600000000000}) + "\n"
        text += "no json\n" + json.dumps({"metric": "loss"}) + "\n"
        text += json.dumps({"artifact": "plot.svg", "to": "plots/"}) + "\n"
        text += json.dumps({"artifact": "link"}) + "\n" + json.dumps({"artifact": "../secret.txt"}) + "\n"
        text += json.dumps({"metric": "last", "value": "-Infinity"})  # without a line break
        result, err = self.record(text, "record", "-e", "recorded", "--run-name", "all kinds",
                                  "--artifacts-from", str(files), "--wait-sent")
        self.assertEqual(result["points"], 2502)
        self.assertEqual(result["sent_points"], 2502)
        self.assertEqual(result["pending_points"], 0)
        self.assertEqual(result["skipped"], 4)
        self.assertEqual(result["run_state"], "FINISHED")
        for number in (2505, 2506, 2508, 2509):
            self.assertIn(f"line {number}:", err)
        run = self.client().get_run(result["run_id"])
        self.assertEqual(run.info.status, "FINISHED")
        self.assertEqual(run.info.run_name, "all kinds")
        self.assertEqual(run.data.params, {"lr": "0.1"})
        self.assertEqual(run.data.tags["owner"], "Zoë")
        history = self.client().get_metric_history(run.info.run_id, "loss")
        self.assertEqual([(m.step, m.value) for m in history], [(i, 1 / (i + 1)) for i in range(2500)])
        odd = self.client().get_metric_history(run.info.run_id, "odd")[0]
        self.assertTrue(math.isnan(odd.value))
        self.assertEqual(odd.timestamp, 1600000000000)
        paths = [f.path for f in self.client().list_artifacts(run.info.run_id)]
        self.assertEqual(paths, ["plots"])

    def test_garbage_is_counted_and_named_within_bounds(self):
        text = os.urandom(200_000).replace(b"\n", b"x") + b"\n" + b"bad\n" * 5000
        text += metric("m", 1, 1).encode() + b'{"param":"p","value":"' + b"x" * 3_000_000 + b'"}\n'
        result, err = self.record(text, "record", "-e", "recorded", "--wait-sent")
        self.assertEqual((result["points"], result["skipped"]), (1, 5002))
        self.assertIn("line 1:", err)
        self.assertLess(len(err.splitlines()), 30)
        self.assertIn("5002", err)

    def test_an_empty_input_is_a_run_too(self):
        result, _ = self.record("", "record", "-e", "recorded", "--wait-sent")
        self.assertEqual(result["points"], 0)
        self.assertEqual(self.client().get_run(result["run_id"]).info.status, "FINISHED")

    def test_absent_server_costs_nothing_and_gets_it_later(self):
        server = MortalServer(self.folder / "late")
        self.addCleanup(server.kill)
        uri = server.url
        text = "".join(metric("loss", i, i) for i in range(5000))
        began = time.monotonic()
        result, _ = self.record(text, "--tracking-uri", uri, "record", "-e", "offline", "--flush-seconds", "1")
        self.assertLess(time.monotonic() - began, 6)
        self.assertIsNone(result["run_id"])
        self.assertEqual((result["points"], result["pending_points"], result["sent_points"]), (5000, 5000, 0))
        self.record(metric("m", 1, 1), "--tracking-uri", uri, "--timeout", "2", "record", "-e", "offline",
                    "--wait-sent", code=3)
        server.start()
        server.wait_healthy()
        self.ctl_json("--tracking-uri", uri, "journal", "flush")
        client = MlflowClient(uri)
        runs = client.search_runs([client.get_experiment_by_name("offline").experiment_id])
        self.assertEqual([r.info.status for r in runs], ["FINISHED", "FINISHED"])
        long_one = [r for r in runs if "loss" in r.data.metrics][0]
        history = client.get_metric_history(long_one.info.run_id, "loss")
        self.assertEqual([m.step for m in history], list(range(5000)))

    def test_silent_server_costs_a_caller_nothing(self):
        with SilentServer() as server:
            process = self.start("--tracking-uri", server.url, "record", "-e", "silent")
            waits = []
            for i in range(20):
                began = time.monotonic()
                process.stdin.write(metric("loss", i, i))
                process.stdin.flush()
                self.read_until(process, lambda e: e["event"] == "acknowledged" and e["points"] > i)
                waits.append(time.monotonic() - began)
            self.assertLess(sorted(waits)[10], 0.5, "an acknowledgement never waits for the server")
            began = time.monotonic()
            process.stdin.close()
            result = self.read_until(process, lambda e: e["event"] == "result")
            self.assertEqual(process.wait(20), 0)
            self.assertLess(time.monotonic() - began, 15)
            self.assertEqual((result["points"], result["pending_points"]), (20, 20))
            began = time.monotonic()
            document = self.ctl_json("--tracking-uri", server.url, "--timeout", "2", "status", code=3)
            self.assertLess(time.monotonic() - began, 5)
            self.assertEqual(document["journal"]["pending_points"], 20)

    def end_by(self, number):
        process = self.start("record", "-e", "signals")
        process.stdin.write(metric("loss", 1, 1) + metric("loss", 2, 2))
        process.stdin.flush()
        self.read_until(process, lambda e: e["event"] == "acknowledged" and e["points"] == 2)
        process.send_signal(number)
        result = self.read_until(process, lambda e: e["event"] == "result")
        self.assertEqual(result["run_state"], "KILLED")
        self.assertEqual(process.wait(15), 128 + number)
        return result

    def test_signals_end_the_run_killed(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            result = self.end_by(number)
            self.ctl_json("journal", "flush")
            runs = [r for r in self.all_runs() if r.info.run_id == result["run_id"]]
            self.assertEqual([r.info.status for r in runs], ["KILLED"])

    def test_a_signal_waits_at_most_three_seconds_for_a_silent_server(self):
        with SilentServer() as server:
            process = self.start("--tracking-uri", server.url, "record", "-e", "signals")
            process.stdin.write(metric("loss", 1, 1))
            process.stdin.flush()
            self.read_until(process, lambda e: e["event"] == "acknowledged" and e["points"] == 1)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            result = self.read_until(process, lambda e: e["event"] == "result")
            self.assertEqual(process.wait(15), 128 + signal.SIGTERM)
            self.assertLess(time.monotonic() - began, 3 + 2)
            self.assertEqual((result["run_state"], result["pending_points"]), ("KILLED", 1))

    def test_whoever_reads_the_events_may_leave(self):
        process = self.start("record", "-e", "unread")
        process.stdin.write(metric("loss", 0, 0))
        process.stdin.flush()
        self.read_until(process, lambda e: e["event"] == "acknowledged")
        process.stdout.close()
        process.stderr.close()
        process.stdin.write("bad\n" + "".join(metric("loss", i, i) for i in range(1, 5000)))
        process.stdin.close()
        self.assertEqual(process.wait(30), 0)
        self.ctl_json("journal", "flush")
        experiment = self.client().get_experiment_by_name("unread")
        run = self.client().search_runs([experiment.experiment_id])[0]
        self.assertEqual(run.info.status, "FINISHED")
        self.assertEqual(len(self.client().get_metric_history(run.info.run_id, "loss")), 5000)

    def test_killed_recorder_loses_nothing_acknowledged(self):
        process = self.start("record", "-e", "killed")
        for i in range(300):
            process.stdin.write(metric("loss", i, i))
        process.stdin.flush()
        acknowledged = self.read_until(process, lambda e: e["event"] == "acknowledged" and e["points"] >= 100)
        process.kill()
        process.wait(10)
        self.ctl_json("journal", "flush")
        experiment = self.client().get_experiment_by_name("killed")
        run = wait_until(lambda: self.client().search_runs([experiment.experiment_id]), 10, "the run")[0]
        self.assertEqual(run.info.status, "FAILED")
        self.assertTrue(run.data.tags["signalbox.error.message"])
        steps = [m.step for m in self.client().get_metric_history(run.info.run_id, "loss")]
        self.assertEqual(steps, list(range(len(steps))))
        self.assertGreaterEqual(len(steps), acknowledged["points"])

    def test_usage(self):
        self.ctl_json("record", code=2)
        self.ctl_json("record", "-e", "x", "--wait-sent", "--flush-seconds", "3", code=2)
        document, _ = self.record("", "record", "-e", "x", "--artifacts-from", "/no/such/folder", code=6)
        self.assertEqual(document["error"]["kind"], "InvalidInput")
