# SPDX-License-Identifier: GPL-3.0-or-later
"""Any command under a run: what it finds, what is kept of it, how it ends."""
import json
import pathlib
import signal
import subprocess
import sys
import time

from harness import CTL, HomeCase, wait_until
from servers import free_port

TRAIN = """
import mlflow, os, sys
mine = os.environ["MLFLOW_RUN_ID"]  # MLflow's client takes it out of the environment
mlflow.log_param("lr", 0.1)
for step in range(5):
    mlflow.log_metric("loss", 1 / (step + 1), step=step)
print("trained in", mine, flush=True)
print("a warning", file=sys.stderr)
"""


class Exec(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_server()

    def run_of(self, run_id):
        return self.client().get_run(run_id)

    def log_of(self, run_id):
        path = self.client().download_artifacts(run_id, "logs/output.log", str(self.folder))
        return pathlib.Path(path).read_text()

    def script(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def test_a_python_program_logs_into_the_run(self):
        train = self.script("train.py", TRAIN)
        result = self.ctl_json("exec", "-e", "trained", "--run-name", "by exec", "--", sys.executable, train)
        self.assertEqual((result["exit_code"], result["run_state"]), (0, "FINISHED"))
        run = self.run_of(result["run_id"])
        self.assertEqual(run.info.status, "FINISHED")
        self.assertEqual(run.info.run_name, "by exec")
        self.assertEqual(run.data.params, {"lr": "0.1"})
        history = self.client().get_metric_history(result["run_id"], "loss")
        self.assertEqual([m.step for m in history], list(range(5)))
        log = self.log_of(result["run_id"])
        self.assertIn("trained in " + result["run_id"], log)
        self.assertIn("a warning", log)
        self.assertEqual(len(self.client().search_runs([run.info.experiment_id])), 1)

    def test_output_passes_through_and_the_code_is_the_commands(self):
        code, out, err = self.ctl("exec", "-e", "codes", "--", "sh", "-c", "echo to out; echo to err >&2; exit 7")
        self.assertEqual((code, out), (7, "to out\n"))
        self.assertIn("to err\n", err)
        runs = [r for r in self.all_runs() if r.data.tags.get("signalbox.exit_code") == "7"]
        self.assertEqual([r.info.status for r in runs], ["FAILED"])
        self.assertIn("7", runs[0].data.tags["signalbox.error.message"])
        self.assertIn("to err", self.log_of(runs[0].info.run_id))

    def test_arguments_and_input_reach_the_command(self):
        done = subprocess.run([CTL, "exec", "-e", "codes", "--", "sh", "-c", 'cat; echo "$1|$2"', "x", "a b", "--json"],
                              input="from stdin\n", env=self.env, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, "from stdin\na b|--json\n"))

    def test_signals_reach_the_group(self):
        marker = self.folder / "marker"
        # The grandchild must get it too.
        text = f"sh -c 'trap \"echo child >> {marker}; exit 3\" TERM; echo ready; while :; do sleep 0.1; done' & wait $!; wait; exit 9"
        process = subprocess.Popen([CTL, "exec", "-e", "signals", "--", "bash", "-c", f"trap : TERM; {text}"],
                                   env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30), 9)
        self.assertEqual(marker.read_text(), "child\n")
        runs = [r for r in self.all_runs() if r.data.tags.get("signalbox.exit_code") == "9"]
        self.assertEqual([r.info.status for r in runs], ["KILLED"])

    def test_a_command_that_a_signal_ends(self):
        code, _, _ = self.ctl("exec", "-e", "signals", "--", "sh", "-c", "kill -KILL $$")
        self.assertEqual(code, 137)
        runs = [r for r in self.all_runs() if r.data.tags.get("signalbox.exit_code") == "137"]
        self.assertEqual([r.info.status for r in runs], ["KILLED"])

    def test_what_cannot_run_is_our_failure(self):
        document = self.ctl_json("exec", "-e", "codes", "--", "/no/such/program", code=125)
        self.assertIn("/no/such/program", document["error"]["message"])
        self.assertTrue(document["error"]["hint"])
        self.ctl_json("exec", "--", "true", code=2)
        wait_until(lambda: not [r for r in self.all_runs() if r.info.status == "RUNNING"], 10, "the end")

    def test_without_a_server_the_command_runs_all_the_same(self):
        uri = f"http://127.0.0.1:{free_port()}"
        began = time.monotonic()
        done = subprocess.run([CTL, "--json", "--tracking-uri", uri, "exec", "-e", "offline", "--", "sh", "-c",
                               'echo "run=$MLFLOW_RUN_ID uri=$MLFLOW_TRACKING_URI"; exit 4'],
                              env=dict(self.env, MLFLOW_RUN_ID="stale"), capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertLess(time.monotonic() - began, 20)
        result = json.loads(done.stdout)
        self.assertEqual((result["run_id"], result["exit_code"]), (None, 4))
        self.assertIn(f"run= uri={uri}\n", done.stderr)
        status = self.ctl_json("--tracking-uri", uri, "journal", "status")
        self.assertEqual(status["pending_artifacts"], 1)

    def test_credentials_stay_as_the_caller_had_them(self):
        url = self.ctl_json("server", "status")["url"]
        host = url.split("//")[1]
        show = 'echo "$MLFLOW_TRACKING_URI $MLFLOW_TRACKING_USERNAME $MLFLOW_TRACKING_PASSWORD"'
        done = subprocess.run([CTL, "exec", "-e", "codes", "--", "sh", "-c", show],
                              env=dict(self.env, MLFLOW_TRACKING_URI=url, MLFLOW_TRACKING_USERNAME="u",
                                       MLFLOW_TRACKING_PASSWORD="p"), capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout, f"{url} u p\n", done.stderr)
        done = subprocess.run([CTL, "--tracking-uri", f"http://u:planted@{host}", "exec", "-e", "codes", "--",
                               "env"], env=self.env, capture_output=True, text=True, timeout=60)
        self.assertIn(f"MLFLOW_TRACKING_URI={url}", done.stdout)
        self.assertNotIn("planted", done.stdout + done.stderr)

    def test_long_output_is_kept_in_bounds(self):
        result = self.ctl_json("exec", "-e", "codes", "--", "sh", "-c",
                               "head -c 30000000 /dev/zero | tr '\\0' x; echo; echo the end")
        log = self.log_of(result["run_id"])
        self.assertLess(len(log), 25_000_000)
        self.assertTrue(log.endswith("the end\n"))
        self.assertIn("left out", log)
