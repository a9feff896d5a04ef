# SPDX-License-Identifier: GPL-3.0-or-later
"""Server, recorder, window and engine killed at random moments: what was acknowledged is kept, exactly
once, and nothing is left running. SIGNALBOX_KILLS sets how often, SIGNALBOX_SEED when."""
import json
import os
import pathlib
import random
import signal
import subprocess
import time

from harness import BIN, CTL, HomeCase, engine_processes, wait_until

KILLS = int(os.environ.get("SIGNALBOX_KILLS", "8"))
SEED = int(os.environ.get("SIGNALBOX_SEED", "20261"))
# The first four kills meet all of them.
VICTIMS = ("recorder", "server", "window", "engine", "recorder", "window", "recorder", "recorder")


def processes_of(home):
    """Living processes that were started for this home."""
    mark = f"SIGNALBOX_HOME={home}".encode()
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            pass
    return found


class Recorder:
    """A program that logs to the workspace's journal and says what is acknowledged."""

    def __init__(self, case, name):
        self.name = name
        self.killed = False
        self.acknowledged = 0
        self.process = subprocess.Popen(
            [os.environ["SIGNALBOX_KILL_RECORDER"], case.url, str(case.journal), name], env=case.env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.hear()  # from here on the run is promised

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("the recorder ended early: " + self.process.stderr.read())
        self.acknowledged = int(line)

    def end(self, kill):
        self.killed = kill
        if kill:
            self.process.kill()
        out, err = self.process.communicate(timeout=60)
        for line in out.splitlines(keepends=True):
            if line.endswith("\n"):
                self.acknowledged = int(line)
        if not kill and self.process.returncode != 0:
            raise AssertionError("the recorder failed: " + err)


class Kills(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = cls.start_server()["url"]
        cls.ctl_json("journal", "status")
        cls.journal = next((cls.folder / "home" / "journal").iterdir())
        cls.recorders = []

    def kill_recorder(self, moment):
        time.sleep(moment)

    def kill_server_now(self, moment):
        time.sleep(moment)
        self.kill_server()
        time.sleep(moment)  # what is logged meanwhile has nowhere to go
        self.start_server()

    def kill_window(self, moment):
        window = subprocess.Popen([str(BIN / "signalbox")], env=dict(self.env, QT_QPA_PLATFORM="offscreen"),
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2 * moment)
        self.assertIsNone(window.poll(), "the window ended by itself")
        window.kill()
        window.wait(10)

    def kill_engine(self, moment):
        flow = subprocess.Popen(
            [CTL, "train", "--data", str(self.demo_csv("breast_cancer")), "--target", "diagnosis", "--algorithm",
             "XGBoost", "--trials", "500", "--experiment", "kills-engine", "--events"], env=self.env,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder)
        told = []
        for line in flow.stdout:
            told.append(line)
            if line.startswith("{") and json.loads(line)["event"] == "metric":
                break
        else:
            self.fail("the training ended before it was killed: " + "".join(told[-5:]))
        time.sleep(moment)
        for pid in wait_until(lambda: engine_processes(self.env["SIGNALBOX_HOME"]), 10, "the engine"):
            os.kill(pid, signal.SIGKILL)
        flow.communicate(timeout=120)
        self.assertEqual(flow.returncode, 7)
        self.assertEqual(engine_processes(self.env["SIGNALBOX_HOME"]), [])

    def check_round(self):
        """The journal opens, whatever happened to those who wrote it."""
        self.ctl_json("journal", "status")

    def check_runs(self):
        runs = self.all_runs()
        client = self.client()
        for recorder in self.recorders:
            with self.subTest(run=recorder.name, killed=recorder.killed):
                found = [r for r in runs if r.info.run_name == recorder.name]
                self.assertEqual(len(found), 1)
                self.assertEqual(found[0].info.status, "FAILED" if recorder.killed else "FINISHED")
                steps = [m.step for m in client.get_metric_history(found[0].info.run_id, "loss")]
                self.assertEqual(sorted(steps), list(range(len(steps))), "each point once")
                self.assertGreaterEqual(len(steps), recorder.acknowledged)
                # What was committed but not yet said when the kill came: one batch.
                self.assertLessEqual(len(steps), recorder.acknowledged + 10)
        for run in runs:
            if run.info.status == "FAILED":
                self.assertTrue(run.data.tags.get("signalbox.error.message"), run.info.run_name)

    def test_nothing_acknowledged_is_lost(self):
        dice = random.Random(SEED)
        kill = {"recorder": self.kill_recorder, "server": self.kill_server_now, "window": self.kill_window,
                "engine": self.kill_engine}
        for number in range(KILLS):
            victim = VICTIMS[number % len(VICTIMS)]
            recorder = Recorder(self, f"{number} {victim}")
            self.recorders.append(recorder)
            kill[victim](dice.uniform(0.02, 0.8))
            recorder.end(kill=victim == "recorder")
            self.check_round()
        # On a busy machine the recorders write more meanwhile than a minute brings to the server.
        left = self.ctl_json("--timeout", "400", "journal", "flush", timeout=450)
        self.assertEqual((left["pending_points"], left["pending_runs"], left["parked"]), (0, 0, []))
        self.assert_nothing_running()
        self.check_runs()
        self.ctl("server", "stop")
        wait_until(lambda: not processes_of(self.env["SIGNALBOX_HOME"]), 20,
                   f"the end of {processes_of(self.env['SIGNALBOX_HOME'])}")
