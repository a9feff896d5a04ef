# SPDX-License-Identifier: GPL-3.0-or-later
"""Experiments, runs, metrics, artifacts and models edited from the terminal, as MLflow then sees them."""
import http.server
import json
import os
import threading
import unittest
import urllib.parse

from harness import HomeCase


class Editing(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_server()

    def make_run(self, name="r", **params):
        client = self.client()
        experiment = client.get_experiment_by_name("work") or client.get_experiment(client.create_experiment("work"))
        run = client.create_run(experiment.experiment_id, run_name=name)
        for key, value in params.items():
            client.log_param(run.info.run_id, key, value)
        return run.info.run_id

    def test_experiments(self):
        made = self.ctl_json("experiments", "create", "first", "--tag", "team=x")["experiments"][0]
        self.assertEqual((made["name"], made["lifecycle"]), ("first", "active"))
        self.assertEqual(self.client().get_experiment(made["id"]).tags["team"], "x")
        error = self.ctl_json("experiments", "create", "first", code=1)["error"]
        self.assertEqual(error["kind"], "Conflict")
        renamed = self.ctl_json("experiments", "rename", "first", "second")["experiments"][0]
        self.assertEqual((renamed["id"], renamed["name"]), (made["id"], "second"))
        gone = self.ctl_json("experiments", "delete", made["id"])["experiments"][0]
        self.assertEqual(gone["lifecycle"], "deleted")
        back = self.ctl_json("experiments", "restore", "second")["experiments"][0]
        self.assertEqual(back["lifecycle"], "active")
        self.ctl_json("experiments", "delete", "absent", code=5)
        self.ctl_json("experiments", "create", "x", "--tag", "novalue", code=2)

    def test_runs(self):
        a = self.make_run("a", lr="0.1", depth="3")
        b = self.make_run("b", lr="0.2", depth="3")
        rows = self.ctl_json("runs", "compare", a, b)["rows"]
        self.assertEqual([(r["kind"], r["key"], r["values"]) for r in rows], [("param", "lr", ["0.1", "0.2"])])
        every = self.ctl_json("runs", "compare", a, b, "--all-rows")["rows"]
        self.assertEqual([r["key"] for r in every if not r["differs"]], ["depth"])
        run = self.ctl_json("runs", "rename", a, "new name")["runs"][0]
        self.assertEqual(run["name"], "new name")
        run = self.ctl_json("runs", "tag", a, "one=1", "two=a=b")["runs"][0]
        self.assertEqual((run["tags"]["one"], run["tags"]["two"]), ("1", "a=b"))
        run = self.ctl_json("runs", "tag", a, "--remove", "one")["runs"][0]
        self.assertNotIn("one", run["tags"])
        self.assertEqual([r["lifecycle"] for r in self.ctl_json("runs", "delete", a, b)["runs"]], ["deleted"] * 2)
        self.assertEqual(self.client().get_run(a).info.lifecycle_stage, "deleted")
        self.assertEqual(self.ctl_json("runs", "restore", a)["runs"][0]["lifecycle"], "active")
        self.ctl_json("runs", "delete", "0" * 32, code=5)
        self.ctl_json("runs", "tag", a, code=2)

    def test_metrics(self):
        from mlflow.entities import Metric
        run = self.make_run()
        values = [0.001 * i for i in range(2000)]
        values[777] = 99.0
        client = self.client()
        for at in (0, 1000):
            client.log_batch(run, metrics=[Metric("loss", values[i], 1700000000000 + i, i) for i in range(at, at + 1000)])
        whole = self.ctl_json("metrics", "history", run, "loss")
        self.assertEqual([p["value"] for p in whole["points"]], values)
        self.assertEqual(whole["points"][0], {"step": 0, "timestamp": "2023-11-14T22:13:20.000Z", "value": 0})
        few = self.ctl_json("metrics", "history", run, "loss", "--points", "50")
        steps = [p["step"] for p in few["points"]]
        self.assertEqual((len(steps), steps[0], steps[-1], few["total"]), (50, 0, 1999, 2000))
        self.assertIn(777, steps)  # the spike is what one looks for
        self.ctl_json("metrics", "history", run, "absent", code=5)

    def test_artifacts(self):
        run = self.make_run()
        source = self.folder / "up"
        (source / "deep").mkdir(parents=True)
        (source / "a b.txt").write_text("hello")
        (source / "deep" / "ü.bin").write_bytes(os.urandom(3_000_000))
        sent = self.ctl_json("artifacts", "put", run, str(source), "data")["files"]
        self.assertEqual([f["path"] for f in sent], ["data/a b.txt", "data/deep/ü.bin"])
        listed = self.ctl_json("artifacts", "list", run, "data")["files"]
        self.assertIn({"path": "data/a b.txt", "is_dir": False, "size": 5}, listed)
        down = self.folder / "down"
        self.ctl_json("artifacts", "get", run, "data", str(down))
        for name in ("a b.txt", "deep/ü.bin"):
            self.assertEqual((down / "data" / name).read_bytes(), (source / name).read_bytes())
        self.ctl_json("artifacts", "get", run, "data/a b.txt", str(self.folder / "one"))
        self.assertEqual(os.listdir(self.folder / "one"), ["a b.txt"])
        self.ctl_json("artifacts", "get", run, "absent", str(down), code=5)
        self.ctl_json("artifacts", "put", run, str(self.folder / "absent"), code=6)

    def test_models(self):
        run = self.make_run()
        (self.folder / "MLmodel").write_text("flavors: {}\n")
        self.ctl_json("artifacts", "put", run, str(self.folder / "MLmodel"), "model")
        self.assertEqual(self.ctl_json("models", "register", "empty")["models"], [{"name": "empty", "versions": []}])
        made = self.ctl_json("models", "register", "churn", "--run", run, "--tag", "by=me")["models"][0]
        version = made["versions"][0]
        self.assertEqual((version["version"], version["run_id"], version["tags"]["by"]), ("1", run, "me"))
        self.ctl_json("models", "register", "refused", "--source", "/etc/passwd", code=1)
        self.assertEqual({m.name for m in self.client().search_registered_models()}, {"empty", "churn"},
                         "a refused version leaves no name behind")
        self.client().transition_model_version_stage("churn", "1", "Production")
        again = self.ctl_json("models", "gates", "churn", "1", "--to", "Production")
        self.assertFalse(again["allowed"])
        self.assertIn("already", again["reason"])
        self.assertTrue(again["gates"])
        self.ctl_json("models", "delete", "churn", code=4)
        self.ctl_json("models", "delete", "churn", "--version", "1", "--force")
        self.ctl_json("models", "delete", "churn")
        self.ctl_json("models", "delete", "churn", code=5)


class HostileServer(http.server.BaseHTTPRequestHandler):
    """An MLflow whose files have names that lead elsewhere."""

    name = ""

    def do_GET(self):
        path = urllib.parse.urlparse(self.path).path
        answer = {"/version": "3.17.2", "/health": "OK"}.get(path)
        if answer is None:
            answer = json.dumps({
                "store_type": "SqlStore",
                "run": {"info": {"run_id": "0" * 32, "artifact_uri": "mlflow-artifacts:/1/r/artifacts"}},
                "files": [{"path": self.name, "is_dir": False, "file_size": 4}]}) \
                if "artifacts/1/r" not in path else "evil"
        body = answer.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class HostileNames(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), HostileServer)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.shutdown)
        cls.uri = f"http://127.0.0.1:{cls.server.server_port}"

    def get(self, name, code):
        HostileServer.name = name
        return self.ctl_json("--tracking-uri", self.uri, "artifacts", "get", "0" * 32, "", str(self.folder / "dest"), code=code)

    def test_names(self):
        for name in ("../evil", "/tmp/evil-signalbox", "a/../../evil", "a/b", "..", ".", "", "x\u0000y", "line\nbreak"):
            with self.subTest(name=name):
                self.assertEqual(self.get(name, 6)["error"]["kind"], "InvalidInput")
        self.assertFalse((self.folder / "evil").exists())
        self.assertEqual(list((self.folder / "dest").iterdir()), [])
        self.get("good", 0)
        self.assertEqual((self.folder / "dest" / "good").read_text(), "evil")


if __name__ == "__main__":
    unittest.main()
