# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left when the server, the engine or the program itself is killed in the middle."""
import json
import os
import signal
import subprocess

from harness import CTL, HomeCase, engine_processes, wait_until


class Outages(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_server()

    def start(self, *args):
        """A flow as a child process with its events on stdout."""
        process = subprocess.Popen([CTL, *args, "--events"], env=self.env, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, cwd=self.folder)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process

    def read_until(self, process, condition):
        """Events until one matches; the last one is returned."""
        for line in process.stdout:
            event = json.loads(line)
            if condition(event):
                return event
        raise AssertionError("the flow ended early: " + process.stderr.read())

    def train_args(self, experiment, trials="200"):
        return ("train", "--data", str(self.demo_csv("breast_cancer")), "--target", "diagnosis",
                "--algorithm", "XGBoost", "--trials", trials, "--experiment", experiment)

    def test_server_killed_and_started_again_loses_nothing(self):
        process = self.start("pipeline", "--data", str(self.demo_csv("breast_cancer")), "--target",
                             "diagnosis", "--model", "survivor", "--trials", "10")
        self.read_until(process, lambda e: e["event"] == "metric" and e["key"].startswith("hpo_"))
        self.kill_server()
        self.read_until(process, lambda e: e["event"] == "progress" and e["phase"] == "package")
        self.start_server()
        result = self.read_until(process, lambda e: e["event"] == "result")
        self.assertEqual(process.wait(120), 0)
        self.assertEqual(result["model"]["stage"], "Staging")
        client = self.client()
        training = client.get_run(result["children"]["training"])
        self.assertEqual(training.info.status, "FINISHED")
        trials = client.get_metric_history(training.info.run_id, "hpo_value")
        steps = [m.step for m in trials]
        self.assertEqual(sorted(set(steps)), sorted(steps), "no trial twice")
        self.assertGreaterEqual(len(steps), 5)
        self.assertEqual(self.ctl_json("journal", "status")["pending_points"], 0)
        self.assert_nothing_running()

    def test_killed_engine_ends_its_run_failed_with_the_reason(self):
        process = self.start(*self.train_args("engine-killed"))
        self.read_until(process, lambda e: e["event"] == "metric")
        for pid in wait_until(lambda: engine_processes(self.env["SIGNALBOX_HOME"]), 10, "the engine"):
            os.kill(pid, signal.SIGKILL)
        result = self.read_until(process, lambda e: e["event"] == "result")
        self.assertEqual(process.wait(60), 7)
        self.assertEqual(result["error"]["kind"], "Engine")
        run = [r for r in self.all_runs() if r.info.run_id == result["run_id"]][0]
        self.assertEqual(run.info.status, "FAILED")
        self.assertTrue(run.data.tags["signalbox.error.kind"])
        self.assertIn("kill", run.data.tags["signalbox.error.message"].lower())

    def pipeline_in_training(self, model):
        """A pipeline whose search has begun, with what its runs are called on the server."""
        process = self.start("pipeline", "--data", str(self.demo_csv("breast_cancer")), "--target", "diagnosis",
                             "--model", model, "--algorithm", "XGBoost", "--trials", "500")
        runs = {}
        for _ in range(2):
            event = self.read_until(process, lambda e: e["event"] == "run")
            runs[event["role"]] = event["run_id"]
        self.read_until(process, lambda e: e["event"] == "metric" and e["key"] == "hpo_value")
        self.assertEqual(set(runs), {"pipeline", "training"})
        return process, runs

    def test_killed_engine_fails_the_pipeline_with_the_reason(self):
        process, runs = self.pipeline_in_training("pipeline-engine-killed")
        for pid in engine_processes(self.env["SIGNALBOX_HOME"]):
            os.kill(pid, signal.SIGKILL)
        result = self.read_until(process, lambda e: e["event"] == "result")
        self.assertEqual(process.wait(60), 7)
        self.assertIn("SIGKILL", result["error"]["message"])
        for role, run_id in runs.items():
            run = self.client().get_run(run_id)
            self.assertEqual(run.info.status, "FAILED", role)
            self.assertEqual(run.data.tags["signalbox.error.kind"], "Engine", role)
            self.assertIn("SIGKILL", run.data.tags["signalbox.error.message"], role)
        self.assert_nothing_running()
        self.ctl_json("models", "show", "pipeline-engine-killed", code=5)

    def test_interrupted_pipeline_kills_its_runs(self):
        process, runs = self.pipeline_in_training("pipeline-interrupted")
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        self.assertEqual(process.wait(30), 130)
        for role, run_id in runs.items():
            self.assertEqual(self.client().get_run(run_id).info.status, "KILLED", role)
        self.assert_nothing_running()
        wait_until(lambda: not engine_processes(self.env["SIGNALBOX_HOME"]), 15, "the engine's end")

    def test_library_example_records_its_run(self):
        url = self.ctl_json("server", "status")["url"]
        done = subprocess.run([os.environ["SIGNALBOX_EXAMPLE"], url, str(self.folder / "example-journal")],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        run = [r for r in self.all_runs() if r.info.run_name == "first run"][0]
        self.assertEqual(run.info.status, "FINISHED")
        self.assertEqual(run.data.params, {"learning_rate": "0.1"})
        history = self.client().get_metric_history(run.info.run_id, "loss")
        self.assertEqual([m.step for m in history], list(range(10)))
        self.assertEqual([f.path for f in self.client().list_artifacts(run.info.run_id, "notes")],
                         ["notes/readme.txt"])

    def test_sigterm_ends_the_run_killed(self):
        process = self.start(*self.train_args("terminated"))
        linked = self.read_until(process, lambda e: e["event"] == "run")
        self.read_until(process, lambda e: e["event"] == "metric")
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        self.assertEqual(process.wait(30), 143)
        self.assertEqual(self.client().get_run(linked["run_id"]).info.status, "KILLED")
        wait_until(lambda: not engine_processes(self.env["SIGNALBOX_HOME"]), 15, "the engine's end")

    def test_killed_program_leaves_a_run_that_the_next_flush_ends(self):
        process = self.start(*self.train_args("crashed"))
        linked = self.read_until(process, lambda e: e["event"] == "run")
        self.read_until(process, lambda e: e["event"] == "metric")
        process.kill()
        process.wait(10)
        wait_until(lambda: not engine_processes(self.env["SIGNALBOX_HOME"]), 15, "the engine's end")
        self.ctl_json("journal", "flush")
        run = self.client().get_run(linked["run_id"])
        self.assertEqual(run.info.status, "FAILED")
        self.assertTrue(run.data.tags["signalbox.error.message"])
