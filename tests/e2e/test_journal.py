# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal from the terminal: what a server refused, several processes, disks that take nothing."""
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from mlflow import MlflowClient

from harness import CTL, HomeCase, may_mount, wait_until
from servers import MortalServer, SilentServer, free_port


def points(count, first=0):
    return "".join(json.dumps({"metric": "loss", "value": i * 0.5, "step": i}) + "\n"
                   for i in range(first, first + count))


class JournalCommands(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = MortalServer(cls.folder / "server")
        cls.addClassCleanup(cls.server.kill)
        cls.server.start()
        cls.server.wait_healthy(300)
        cls.at = ("--tracking-uri", cls.server.url)
        cls.mlflow = MlflowClient(cls.server.url)

    def record(self, text, *args, at=None, code=0):
        done = subprocess.run([CTL, "--json", *(at or self.at), "record", *args], input=text, env=self.env,
                              capture_output=True, text=True, timeout=120, cwd=self.folder)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)

    @staticmethod
    def acknowledged(process, count):
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "acknowledged" and event["points"] >= count:
                return
        raise AssertionError("the recorder ended early")

    def parked(self):
        return self.ctl_json(*self.at, "journal", "list", "--parked")["items"]

    def runs(self, experiment):
        found = self.mlflow.get_experiment_by_name(experiment)
        return self.mlflow.search_runs([found.experiment_id]) if found else []

    def steps(self, run):
        return [m.step for m in self.mlflow.get_metric_history(run.info.run_id, "loss")]

    def refuse(self, experiment):
        """A finished run whose second value of a param the server has refused."""
        text = json.dumps({"param": "lr", "value": "0.1"}) + "\n" + json.dumps({"param": "lr", "value": "0.2"}) + "\n"
        done = subprocess.run([CTL, "--json", *self.at, "record", "-e", experiment, "--wait-sent"], input=text + points(10),
                              env=self.env, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        run = self.mlflow.get_run(json.loads(done.stdout)["run_id"])
        self.assertEqual((run.info.status, run.data.params["lr"]), ("FINISHED", "0.1"))
        self.assertEqual(run.data.tags["signalbox.parked"], "1")
        self.assertEqual(self.steps(run), list(range(10)), "the rest arrived")
        items = self.parked()
        self.assertEqual([(i["summary"], i["key"], i["value"], i["state"]) for i in items],
                         [("param lr", "lr", "0.2", "parked")])
        self.assertTrue(items[0]["reason"])
        return run.info.run_id, items[0]["id"]

    def test_a_refused_value_is_corrected(self):
        run, item = self.refuse("corrected")
        self.assertEqual(self.ctl_json(*self.at, "journal", "edit", item, "--key", "lr2")["edited"], item)
        self.ctl_json(*self.at, "journal", "flush")
        self.assertEqual(self.parked(), [])
        data = self.mlflow.get_run(run).data
        self.assertEqual((data.params, data.tags["signalbox.parked"]), ({"lr": "0.1", "lr2": "0.2"}, "0"))

    def test_a_refused_value_is_retried_and_dropped(self):
        run, item = self.refuse("retried")
        self.assertEqual(self.ctl_json(*self.at, "journal", "retry", item)["retried"], 1)
        self.ctl_json(*self.at, "journal", "flush")
        again = self.parked()
        self.assertEqual([i["attempts"] for i in again], [2], "refused once more")
        self.assertEqual(self.ctl_json(*self.at, "journal", "drop", "--all")["dropped"][0]["summary"], "param lr")
        self.ctl_json(*self.at, "journal", "flush")
        self.assertEqual(self.parked(), [])
        self.assertEqual(self.mlflow.get_run(run).data.tags["signalbox.parked"], "0")
        self.ctl_json(*self.at, "journal", "drop", "4711", code=5)
        self.ctl_json(*self.at, "journal", "edit", "4711", "--key", "x", code=5)
        self.ctl_json(*self.at, "journal", "retry", "bad", code=2)
        self.ctl_json(*self.at, "journal", "drop", code=2)

    def test_local_answers_within_a_second_though_the_server_is_gone(self):
        with SilentServer() as silent:
            for uri in (silent.url, f"http://127.0.0.1:{free_port()}"):
                at = ("--tracking-uri", uri)
                self.record(points(50_000), "-e", "large", "--flush-seconds", "0", at=at)
                for command in (("status",), ("list",)):
                    took = []
                    for _ in range(3):  # the machine may be busy at one of them
                        began = time.monotonic()
                        document = self.ctl_json(*at, "journal", *command)
                        took.append(time.monotonic() - began)
                        self.assertEqual(document["pending_points"], 50_000)
                    self.assertLess(min(took), 1.0, command)

    def test_an_experiment_is_created_while_the_server_is_down(self):
        gone = self.mlflow.create_experiment("deleted meanwhile")
        self.mlflow.delete_experiment(gone)
        self.mlflow.create_experiment("there already")
        names = ("made offline", "there already", "deleted meanwhile")
        self.server.kill()
        try:
            for name in names:
                told = self.ctl_json(*self.at, "experiments", "create", name, "--tag", "team=x", code=3)
                self.assertEqual((told["journaled"]["kind"], told["journaled"]["name"]), ("experiment", name))
                self.assertIn("Nothing is lost", told["error"]["hint"])
            self.assertEqual(self.ctl_json(*self.at, "journal", "status")["pending_registrations"], 3)
            listed = self.ctl_json(*self.at, "journal", "list")["items"]
            self.assertEqual([(i["kind"], i["run_name"], i["state"]) for i in listed],
                             [("experiment", name, "pending") for name in names])
        finally:
            self.server.start()
            self.server.wait_healthy()
        self.ctl_json(*self.at, "journal", "flush")
        for name in names[:2]:
            made = self.mlflow.get_experiment_by_name(name)
            self.assertEqual((made.lifecycle_stage, made.tags["team"]), ("active", "x"), name)
        self.assertEqual(self.mlflow.get_experiment(gone).lifecycle_stage, "deleted")
        parked = self.parked()
        self.assertEqual([(i["summary"], i["kind"]) for i in parked],
                         [("experiment deleted meanwhile", "experiment")])
        self.assertIn("Restore it on the server and retry", parked[0]["reason"])
        self.mlflow.restore_experiment(gone)
        self.assertEqual(self.ctl_json(*self.at, "journal", "retry", parked[0]["id"])["retried"], 1)
        self.ctl_json(*self.at, "journal", "flush")
        self.assertEqual(self.parked(), [])
        self.assertEqual(self.mlflow.get_experiment(gone).tags["team"], "x")

    def test_a_model_is_registered_while_the_server_is_down(self):
        run = self.mlflow.create_run(self.mlflow.create_experiment("origin")).info.run_id
        (self.folder / "MLmodel").write_text("flavors: {}\n")
        self.ctl_json(*self.at, "artifacts", "put", run, str(self.folder / "MLmodel"), "model")
        version = ("models", "register", "made offline", "--run", run, "--tag", "by=me", "--description", "the first")
        name = ("models", "register", "named offline", "--description", "who leaves", "--tag", "team=x")
        self.server.kill()
        try:
            for command, kind in ((version, "model-version"), (name, "registered-model")):
                told = self.ctl_json(*self.at, *command, code=3)
                self.assertEqual((told["journaled"]["kind"], told["journaled"]["name"]), (kind, command[2]))
                self.assertIn("Nothing is lost", told["error"]["hint"])
            self.assertEqual(self.ctl_json(*self.at, "journal", "status")["pending_registrations"], 2)
        finally:
            self.server.start()
            self.server.wait_healthy()
        for _ in range(2):
            self.ctl_json(*self.at, "journal", "flush")
            made = self.mlflow.search_model_versions("name='made offline'")
            self.assertEqual([(v.version, v.run_id, v.tags["by"], v.description) for v in made],
                             [("1", run, "me", "the first")])
            self.assertTrue(made[0].source.endswith(f"/{run}/artifacts/model"), made[0].source)
        named = self.mlflow.get_registered_model("named offline")
        self.assertEqual((named.description, named.tags["team"]), ("who leaves", "x"))
        self.assertEqual(self.parked(), [])
        again = self.ctl_json(*self.at, *version)["models"][0]["versions"]
        self.assertEqual([v["version"] for v in again], ["2"], "online it is made at once and told")

    def test_a_refused_registration_is_corrected(self):
        self.server.kill()
        try:
            self.ctl_json(*self.at, "models", "register", "a:b", "--source", "s3://bucket/model", "--tag", "by=me",
                          "--tag", "old=x", "--description", "the frist", code=3)
        finally:
            self.server.start()
            self.server.wait_healthy()
        self.ctl_json(*self.at, "journal", "flush")
        item = self.parked()[0]
        self.assertEqual((item["kind"], item["key"], item["editable"], item["tags"]),
                         ("model-version", "a:b", True, {"by": "me", "old": "x"}))
        self.assertEqual((item["fields"]["source"], item["fields"]["description"]), ("s3://bucket/model", "the frist"))
        self.ctl_json(*self.at, "journal", "edit", item["id"], "--value", "x", code=6)
        self.ctl_json(*self.at, "journal", "edit", item["id"], "--name", "corrected", "--tag", "by=you",
                      "--remove-tag", "old", "--description", "the first", "--source", "s3://bucket/other")
        self.ctl_json(*self.at, "journal", "flush")
        self.assertEqual(self.parked(), [])
        made = self.mlflow.search_model_versions("name='corrected'")
        tags = {k: v for k, v in made[0].tags.items() if not k.startswith("signalbox.")}
        self.assertEqual([(v.version, v.source, v.description) for v in made],
                         [("1", "s3://bucket/other", "the first")])
        self.assertEqual(tags, {"by": "you"})

    def test_a_killed_replayer_is_replaced_within_seconds(self):
        both = [self.start_recorder(self.server.url, "taken over") for _ in range(2)]
        self.feed(both, 0)
        wait_until(lambda: len(self.runs("taken over")) == 2, 30, "both runs")
        os.killpg(self.server.process.pid, signal.SIGSTOP)  # whoever sends now holds the lock for long
        try:
            self.feed(both, 100)
            pids = [p.pid for p in both]
            killed = both[wait_until(lambda: self.replayer() in pids and 1 + pids.index(self.replayer()), 20, "a replayer") - 1]
            killed.kill()
            killed.wait(10)
        finally:
            os.killpg(self.server.process.pid, signal.SIGCONT)
        began = time.monotonic()
        wait_until(lambda: [self.count_steps(r) for r in self.runs("taken over")] == [200, 200], 20, "the takeover")
        wait_until(lambda: sorted(r.info.status for r in self.runs("taken over")) == ["FAILED", "RUNNING"], 20,
                   "the end of the abandoned run")
        self.assertLess(time.monotonic() - began, 10)
        both.remove(killed)
        both[0].stdin.close()
        self.assertEqual(both[0].wait(60), 0)
        runs = self.runs("taken over")
        self.assertEqual(sorted(r.info.status for r in runs), ["FAILED", "FINISHED"])
        for run in runs:
            self.assertEqual(self.steps(run), list(range(200)))

    def feed(self, processes, first):
        for process in processes:
            process.stdin.write(points(100, first))
            process.stdin.flush()
            self.acknowledged(process, first + 100)

    def count_steps(self, run):
        return len(self.steps(run))

    def replayer(self):
        """The process that holds a replayer's lock, as the kernel tells it."""
        locks = pathlib.Path(self.env["SIGNALBOX_HOME"]).glob("journal/*/replayer.lock")
        inodes = {str(lock.stat().st_ino) for lock in locks}
        for line in pathlib.Path("/proc/locks").read_text().splitlines():
            fields = line.split()
            if fields[1] == "FLOCK" and fields[5].rsplit(":", 1)[1] in inodes:
                return int(fields[4])
        return None

    def test_no_lock_file_stays_behind(self):
        before = None
        for _ in range(3):
            self.record(points(3), "-e", "tidy", "--wait-sent")
            owners = sorted(pathlib.Path(self.env["SIGNALBOX_HOME"]).glob("journal/*/owners/*"))
            self.assertEqual(owners, before if before is not None else owners)
            before = owners

    @unittest.skipUnless(may_mount(), "needs a mount of its own")
    def test_a_full_disk_is_told_and_costs_nothing_acknowledged(self):
        home = self.folder / "small"
        home.mkdir()
        uri = f"http://127.0.0.1:{free_port()}"
        script = (f'mount -t tmpfs -o size=3m tmpfs "{home}" && export SIGNALBOX_HOME="{home}" && '
                  f'"{CTL}" --json --tracking-uri {uri} record -e full --flush-seconds 0; echo "exit $?"; '
                  f'"{CTL}" --json --tracking-uri {uri} journal status')
        done = subprocess.run(["unshare", "-rm", "sh", "-c", script], input=points(200_000), env=self.env,
                              capture_output=True, text=True, timeout=120)
        first, rest = done.stdout.split("exit ", 1)
        code, status = rest.split("\n", 1)
        told, kept = json.loads(first), json.loads(status)
        self.assertEqual((code, told["error"]["kind"]), ("1", "Local"), done.stderr)
        self.assertIn("full", told["error"]["message"].lower())
        self.assertTrue(told["error"]["hint"])
        self.assertLess(told["points"], 200_000)
        self.assertGreater(told["points"], 0)
        self.assertGreaterEqual(kept["pending_points"], told["points"])
        self.assertEqual(kept["incidents"], [])

    @unittest.skipUnless(may_mount(), "needs a mount of its own")
    def test_a_read_only_home_is_told(self):
        home = self.folder / "closed"
        home.mkdir()
        for command in ("record -e x", "journal status"):
            script = (f'mount -t tmpfs -o ro tmpfs "{home}" && export SIGNALBOX_HOME="{home}" && '
                      f'exec "{CTL}" --json --tracking-uri {self.server.url} {command}')
            began = time.monotonic()
            done = subprocess.run(["unshare", "-rm", "sh", "-c", script], input=points(10), capture_output=True,
                                  text=True, env=self.env, timeout=60)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            error = json.loads(done.stdout)["error"]
            self.assertEqual(error["kind"], "Local")
            self.assertIn(str(home), error["message"])
            self.assertTrue(error["hint"])
            self.assertLess(time.monotonic() - began, 5)
