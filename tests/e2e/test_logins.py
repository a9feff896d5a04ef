# SPDX-License-Identifier: GPL-3.0-or-later
"""A real MLflow server that asks for logins, directly and below a path of a proxy.

SIGNALBOX_LOGINS_MLFLOW names an older version of it, which tests/contract/old-servers has made."""
import base64
import json
import os
import pathlib
import secrets
import subprocess
import time
import unittest
import urllib.request

import secret_servers
from harness import CTL, ENV_PYTHON, HomeCase
from keyring import Keyring
from servers import MortalServer

ENV = os.environ["SIGNALBOX_ENV_DIR"]
PACKAGES = pathlib.Path(ENV + "-mlflow-auth")
OLD = os.environ.get("SIGNALBOX_LOGINS_MLFLOW")
PYTHON = pathlib.Path(f"{ENV}-mlflow-{OLD}/bin/python") if OLD else ENV_PYTHON
BASE = "/base/path"
METRIC = '{"metric":"loss","value":0.5,"step":1}\n'


class Logins(HomeCase):
    @classmethod
    def setUpClass(cls):
        if not (PACKAGES / "complete.txt").exists():
            raise unittest.SkipTest(f"no packages for logins in {PACKAGES}; tests/e2e/server-packages brings them")
        if not PYTHON.exists():
            raise unittest.SkipTest(f"no MLflow {OLD} at {PYTHON}; tests/contract/old-servers brings it")
        super().setUpClass()
        cls.passwords = {user: f"{user}-{secrets.token_hex(8)}" for user in ("admin", "bob")}
        cls.server = cls.guarded_server()
        cls.addClassCleanup(cls.server.kill)
        cls.server.start()
        cls.server.wait_healthy()
        cls.url = cls.server.url
        cls.based = secret_servers.based(cls.url, BASE)
        cls.addClassCleanup(cls.based.stop)
        cls.ask("2.0/mlflow/users/create", username="bob", password=cls.passwords["bob"])

    @classmethod
    def guarded_server(cls):
        env = {"PYTHONPATH": str(PACKAGES), "MLFLOW_FLASK_SERVER_SECRET_KEY": secrets.token_hex(8)}
        if OLD:  # takes the administrator from a file
            config = cls.folder / "auth.ini"
            config.touch(0o600)
            config.write_text("[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///logins.db\n"
                              f"admin_username = admin\nadmin_password = {cls.passwords['admin']}\n")
            env["MLFLOW_AUTH_CONFIG_PATH"] = str(config)
        else:
            env["MLFLOW_AUTH_ADMIN_PASSWORD"] = cls.passwords["admin"]
        return MortalServer(cls.folder / "server", options=("--app-name", "basic-auth"), env=env,
                            python=PYTHON)

    @classmethod
    def ask(cls, path, **body):
        """The server's answer to its administrator."""
        login = base64.b64encode(f"admin:{cls.passwords['admin']}".encode()).decode()
        request = urllib.request.Request(f"{cls.url}/api/{path}", json.dumps(body).encode(), {
            "Content-Type": "application/json", "Authorization": "Basic " + login})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    @classmethod
    def found(cls, experiment):
        """The runs of an experiment as the server's administrator sees them; None without it."""
        known = {e["name"]: e["experiment_id"]
                 for e in cls.ask("2.0/mlflow/experiments/search", max_results=100)["experiments"]}
        if experiment not in known:
            return None
        return cls.ask("2.0/mlflow/runs/search", experiment_ids=[known[experiment]]).get("runs", [])

    def run_as(self, user, *args, code=0, typed="", password=None, url=None):
        """One command as this user, None for nobody: its document and what it said."""
        env = dict(self.env, MLFLOW_TRACKING_URI=url or self.url)
        if user:
            env |= {"MLFLOW_TRACKING_USERNAME": user,
                    "MLFLOW_TRACKING_PASSWORD": password or self.passwords[user]}
        return self.told(env, *args, code=code, typed=typed)

    def told(self, env, *args, code=0, typed=""):
        done = subprocess.run([CTL, "--json", *args], env=env, input=typed, capture_output=True, text=True,
                              timeout=180, cwd=self.folder)
        self.assertEqual(done.returncode, code, f"{args}\n{done.stdout}\n{done.stderr[-3000:]}")
        return json.loads(done.stdout) if done.stdout else {}, done.stderr

    def assert_sign_in(self, error):
        self.assertEqual((error["kind"], error["http_status"]), ("Unauthorized", 401))
        self.assertIn("Sign in", error["hint"])
        self.assertIn("You are not authenticated", error["message"])

    def test_without_a_login_and_with_a_wrong_one_it_says_what_to_do(self):
        run = self.run_as("admin", "record", "-e", "guarded", "--wait-sent", typed=METRIC)[0]["run_id"]
        for user in (None, "admin", "nobody"):
            for command in (("experiments", "list"), ("status",), ("runs", "show", run),
                            ("runs", "tag", run, "owner=x"), ("artifacts", "get", run, "a", "b")):
                document, said = self.run_as(user, *command, code=1, password="not-the-right-one")
                self.assert_sign_in(document["error"])
                self.assertIn("Sign in", said)
        self.assertNotIn("owner", [t["key"] for t in self.found("guarded")[0]["data"]["tags"]])

    def test_a_wrong_password_is_not_sent_again_for_five_seconds(self):
        wrong = {"password": "not-the-right-one", "url": self.based.url + BASE}
        self.run_as("admin", "record", "-e", "held", "--flush-seconds", "1", typed=METRIC, **wrong)
        before, began = len(self.based.seen), time.monotonic()
        tried = self.waiting()["attempts"]
        self.run_as("admin", "--timeout", "15", "journal", "flush", code=3, **wrong)
        sent = len(self.based.seen) - before
        self.assertGreaterEqual(sent, 1)
        self.assertLessEqual(sent, 1 + (time.monotonic() - began) // 5)
        waits = self.waiting()
        self.assertEqual(waits["attempts"] - tried, sent, "what was held back is no try")
        self.assertIn("You are not authenticated", waits["reason"])
        for command in ("list", "status"):
            said = subprocess.run([CTL, "--tracking-uri", wrong["url"], "journal", command], env=self.env,
                                  capture_output=True, text=True, timeout=60).stdout
            self.assertRegex(said, "waits: .*You are not authenticated")

    def waiting(self):
        """The create of the one run that waits, as the journal tells it."""
        items = self.run_as(None, "journal", "list", url=self.based.url + BASE)[0]["items"]
        return next(i for i in items if (i["kind"], i["state"]) == ("create", "pending"))

    def test_the_right_login_records_and_reads(self):
        self.works_at(self.url, "direct")

    def test_a_server_below_a_path_records_and_reads(self):
        self.works_at(self.based.url + BASE, "based")
        self.assertEqual([r for r in self.based.seen if BASE.encode() not in r.split(b"\n")[0]], [])
        document, _ = self.run_as(None, "experiments", "list", code=1, url=self.based.url + BASE + "/")
        self.assert_sign_in(document["error"])
        self.run_as("admin", "experiments", "list", code=1, url=self.based.url)

    def works_at(self, url, name):
        """A run through the journal with a file, then everything read back, at this address."""
        (self.folder / "plot.svg").write_text("<svg/>")
        lines = METRIC + '{"param":"lr","value":"0.1"}\n{"artifact":"plot.svg","to":"plots/"}\n'
        ask = lambda *args, **options: self.run_as("admin", *args, url=url, **options)[0]
        sent = ask("record", "-e", name, "--artifacts-from", str(self.folder), "--wait-sent", typed=lines)
        self.assertEqual((sent["sent_points"], sent["pending_points"], sent["parked"]), (1, 0, 0))
        status = ask("status")
        self.assertEqual(status["server"]["version"].split(".")[:2], (OLD or "3.17").split("."))
        listed = ask("runs", "list", "-e", name)["runs"]
        self.assertEqual([(r["run_id"], r["status"], r["metrics"], r["params"]) for r in listed],
                         [(sent["run_id"], "FINISHED", {"loss": 0.5}, {"lr": "0.1"})])
        history = ask("metrics", "history", sent["run_id"], "loss")["points"]
        self.assertEqual([(p["step"], p["value"]) for p in history], [(1, 0.5)])
        (self.folder / "note.txt").write_text("noted\n")
        ask("artifacts", "put", sent["run_id"], "note.txt", "notes")
        for path, text in (("plots/plot.svg", "<svg/>"), ("notes/note.txt", "noted\n")):
            ask("artifacts", "get", sent["run_id"], path, f"got-{name}")
            self.assertEqual((self.folder / f"got-{name}" / path.split("/")[1]).read_text(), text)
        run = self.found(name)[0]
        self.assertEqual((run["info"]["run_id"], run["info"]["status"]), (sent["run_id"], "FINISHED"))

    def test_who_has_no_permission_is_told_so_and_loses_nothing(self):
        run = self.run_as("admin", "record", "-e", "closed", "--wait-sent", typed=METRIC)[0]["run_id"]
        self.assertEqual(self.run_as("bob", "runs", "list", "-e", "closed")[0]["total"], 1)
        document, _ = self.run_as("bob", "runs", "tag", run, "owner=bob", code=1)
        self.assertEqual((document["error"]["kind"], document["error"]["http_status"]), ("Forbidden", 403))
        self.assertIn("administrator", document["error"]["hint"])
        sent, said = self.run_as("bob", "record", "-e", "closed", "--flush-seconds", "30", typed=METRIC)
        self.assertEqual((sent["run_id"], sent["sent_points"]), (None, 0))
        self.assertIn("The server refused something: ", said)
        self.assertIn("Permission denied", said)
        self.assertNotIn("journal flush", said, "a flush alone would send nothing")
        self.assertEqual(len(self.found("closed")), 1)
        experiment = self.found("closed")[0]["info"]["experiment_id"]
        self.let_edit(experiment, "bob")
        self.run_as("bob", "journal", "retry", "--all")
        self.run_as("bob", "journal", "flush")
        arrived = [r for r in self.found("closed") if r["info"]["run_id"] != run]
        self.assertEqual([[m["value"] for m in r["data"]["metrics"]] for r in arrived], [[0.5]])
        self.assertEqual(arrived[0]["info"]["status"], "FINISHED")

    def let_edit(self, experiment, user):
        if OLD:
            self.ask("2.0/mlflow/experiments/permissions/create", experiment_id=experiment, username=user,
                     permission="EDIT")
        else:
            self.ask("3.0/mlflow/users/permissions/grant", resource_type="experiment", resource_id=experiment,
                     username=user, permission="EDIT")

    def test_what_was_logged_with_a_wrong_login_arrives_with_the_right_one(self):
        (self.folder / "user").mkdir()
        keyring = Keyring(self.folder / "user", self.env)
        self.addCleanup(keyring.stop)
        keyring.unlock("keyring")
        env = keyring.env
        self.told(env, "profile", "add", "real", "--url", self.url, "--user", "admin", "--secret-stdin",
                  typed="not-the-right-one\n")
        document, _ = self.told(env, "profile", "test", "real", code=1)
        self.assertEqual({s["name"]: s["state"] for s in document["steps"]}["login"], "failed")
        left, said = self.told(env, "--profile", "real", "record", "-e", "late", "--flush-seconds", "1", typed=METRIC)
        self.assertEqual((left["run_id"], left["pending_points"]), (None, 1))
        self.assertIn('signalboxctl profile login "real"', said)
        self.assertIsNone(self.found("late"))
        self.told(env, "profile", "login", "real", typed=self.passwords["admin"] + "\n")
        self.told(env, "profile", "test", "real")
        self.told(env, "--profile", "real", "journal", "flush")
        arrived = self.found("late")
        self.assertEqual([(r["info"]["status"], r["data"]["metrics"][0]["value"]) for r in arrived], [("FINISHED", 0.5)])


if __name__ == "__main__":
    unittest.main()
