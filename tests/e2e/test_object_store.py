# SPDX-License-Identifier: GPL-3.0-or-later
"""A real MLflow server that keeps its files in an object store: large files go there in parts, and a part
that fails leaves nothing behind."""
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import unittest
import urllib.request

from harness import CTL, ENV_PYTHON, HomeCase, wait_until
from servers import MortalServer, free_port

PACKAGES = pathlib.Path(os.environ["SIGNALBOX_ENV_DIR"] + "-mlflow-objects")
HERE = pathlib.Path(__file__).resolve().parent
LARGE = 101 * 1024 * 1024  # four parts
PARTS = ["1", "2", "3", "4"]
METRIC = '{"metric":"loss","value":0.5,"step":1}\n'
TOKEN = "planted-secret-token"


class ObjectStore:
    """The store in a process of its own, and what it saw."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.log = folder / "requests.jsonl"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.said = open(folder / "store.log", "ab")
        self.process = subprocess.Popen(
            [ENV_PYTHON, HERE / "object_store.py", str(port), folder], stdout=self.said, stderr=self.said,
            env=dict(os.environ, PYTHONPATH=str(PACKAGES)))
        wait_until(self.is_up, 60, "the object store's start")

    def is_up(self):
        try:
            with urllib.request.urlopen(self.url + "/moto-api/", timeout=2):
                return True
        except OSError:
            return False

    def stop(self):
        self.process.kill()
        self.process.wait(10)
        self.said.close()

    def seen(self):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]

    def parts(self):
        """The parts that came over an address signed by the MLflow server."""
        return [r for r in self.seen() if r["method"] == "PUT" and r["part"] and r["signed"]]

    def order(self, what, part):
        (self.folder / what).write_text(part)

    def withdraw(self, what):
        (self.folder / what).unlink(missing_ok=True)


class ObjectStores(HomeCase):
    @classmethod
    def setUpClass(cls):
        if not (PACKAGES / "complete.txt").exists():
            raise unittest.SkipTest(f"no object store in {PACKAGES}; tests/e2e/server-packages brings it")
        super().setUpClass()
        sys.path.insert(0, str(PACKAGES))
        cls.store = ObjectStore(cls.folder / "store")
        cls.addClassCleanup(cls.store.stop)
        cls.keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1",
                    "AWS_EC2_METADATA_DISABLED": "true"}
        import boto3
        cls.s3 = boto3.client("s3", endpoint_url=cls.store.url, region_name="us-east-1",
                              aws_access_key_id="test", aws_secret_access_key="test")
        cls.s3.create_bucket(Bucket="files")
        cls.server = MortalServer(
            cls.folder / "server", options=("--serve-artifacts", "--artifacts-destination", "s3://files/kept"),
            env=dict(cls.keys, PYTHONPATH=str(PACKAGES), MLFLOW_S3_ENDPOINT_URL=cls.store.url))
        cls.addClassCleanup(cls.server.kill)
        cls.begin_server()
        cls.env |= {"MLFLOW_TRACKING_URI": cls.server.url, "MLFLOW_TRACKING_TOKEN": TOKEN}
        cls.large = cls.folder / "large.bin"
        cls.large.write_bytes(hashlib.shake_256(b"large").digest(LARGE))
        cls.sum = cls.sha256(cls.large)

    @classmethod
    def begin_server(cls):
        """Up and warm: to say who it is, the server loads all that it needs to reach the store."""
        cls.server.start()
        cls.server.wait_healthy()
        with urllib.request.urlopen(cls.server.url + "/api/3.0/mlflow/server-info", timeout=120) as answer:
            assert json.load(answer)["multipart_uploads_enabled"]

    @staticmethod
    def sha256(path):
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def setUp(self):
        self.store.log.unlink(missing_ok=True)

    def new_run(self):
        """A run that is on the server, without files."""
        done = subprocess.run([CTL, "--json", "record", "-e", "objects", "--wait-sent"], env=self.env, input=METRIC,
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["run_id"]

    def listed(self, run):
        return {f["path"]: f["size"] for f in self.ctl_json("artifacts", "list", run)["files"]}

    def half_files(self, run):
        """What the store keeps of the run's files that were begun and neither joined nor given up."""
        begun = self.s3.list_multipart_uploads(Bucket="files").get("Uploads", [])
        return [u["Key"] for u in begun if run in u["Key"]]

    def assert_arrived(self, run):
        self.assertEqual(self.listed(run), {"large.bin": LARGE})
        target = self.folder / f"got-{run}"
        self.ctl_json("artifacts", "get", run, "large.bin", str(target))
        self.assertEqual(self.sha256(target / "large.bin"), self.sum)

    def assert_sent_in_parts(self):
        self.assertEqual(sorted(r["part"] for r in self.store.parts()), PARTS)
        for request in self.store.seen():
            self.assertNotIn(TOKEN, json.dumps(request), "our login is for the MLflow server alone")
        for request in self.store.parts():
            self.assertNotIn("HTTP_AUTHORIZATION", request["headers"])

    def test_a_large_file_goes_in_parts_and_comes_back_the_same(self):
        run = self.new_run()
        self.ctl_json("artifacts", "put", run, str(self.large))
        self.assert_sent_in_parts()
        self.assertEqual(self.half_files(run), [])
        self.assert_arrived(run)

    def test_a_recorded_file_goes_in_parts_too(self):
        done = subprocess.run(
            [CTL, "--json", "record", "-e", "objects", "--artifacts-from", str(self.folder), "--wait-sent"],
            env=self.env, input='{"artifact":"large.bin"}\n', capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_sent_in_parts()
        self.assert_arrived(json.loads(done.stdout)["run_id"])

    def test_what_the_storage_refuses_goes_through_the_server(self):
        run = self.new_run()
        self.store.order("refuse", "2")
        self.addCleanup(self.store.withdraw, "refuse")
        code, out, err = self.ctl("artifacts", "put", run, str(self.large))
        self.assertEqual(code, 0, out + err)
        self.assertIn("2", [r["part"] for r in self.store.parts()])
        self.assertNotIn("X-Amz", out + err, "a signed address is as good as a key")
        self.assertEqual(self.half_files(run), [])
        self.assert_arrived(run)

    def interrupted(self, run):
        """An upload whose last part the store has begun to take and holds."""
        self.store.order("hold", "4")
        self.addCleanup(self.store.withdraw, "hold")
        upload = subprocess.Popen([CTL, "--json", "artifacts", "put", run, str(self.large)], env=self.env,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(upload.kill)
        wait_until(lambda: "4" in [r["part"] for r in self.store.parts()], 60, "the last part")
        return upload

    def test_an_interrupted_upload_leaves_nothing_behind(self):
        run = self.new_run()
        upload = self.interrupted(run)
        upload.send_signal(signal.SIGINT)
        out, err = upload.communicate(timeout=30)
        self.assertEqual(upload.returncode, 128 + signal.SIGINT, out + err)
        self.store.withdraw("hold")
        self.assertEqual(self.listed(run), {})
        self.assertEqual(self.half_files(run), [])

    def test_a_server_that_dies_in_the_middle_shows_no_half_file(self):
        run = self.new_run()
        upload = self.interrupted(run)
        self.server.kill()
        self.store.withdraw("hold")
        out, err = upload.communicate(timeout=120)
        self.assertEqual(upload.returncode, 3, out + err)
        self.assertIn("mpu/complete", json.loads(out)["error"]["message"])
        self.begin_server()
        self.assertEqual(self.listed(run), {})
        self.ctl_json("artifacts", "put", run, str(self.large))
        self.assert_arrived(run)


if __name__ == "__main__":
    unittest.main()
