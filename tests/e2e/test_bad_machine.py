# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that fails: port taken, engine missing or killed, disk full. One message, nothing half-made."""
import json
import os
import shutil
import signal
import socket
import subprocess
import unittest

from harness import CTL, HomeCase, ROOT, engine_processes, may_mount, wait_until
from servers import free_port


class BadMachine(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = cls.start_server()["url"]

    def data(self):
        path = self.folder / "data.csv"
        rows = (f"{i % 7},{i * 0.5},{'yes' if i % 2 else 'no'}\n" for i in range(400))
        path.write_text("a,b,label\n" + "".join(rows))
        return str(path)

    def pipeline(self, env, code):
        done = subprocess.run([CTL, "--json", "pipeline", "--data", self.data(), "--target", "label", "--model", "never"],
                              env=dict(self.env, **env), capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)["error"]

    def assert_nothing_half_made(self):
        self.assert_nothing_running()
        self.assertEqual(self.client().search_registered_models(), [])

    def test_a_taken_port_is_left_to_its_owner(self):
        port = int(self.url.rsplit(":", 1)[1])
        self.ctl_json("server", "stop")
        with socket.create_server(("127.0.0.1", port)):
            self.ctl_json("--timeout", "1", "status", code=3)
            started = self.start_server()
            self.assertEqual(started["state"], "running")
            self.assertNotEqual(started["url"], self.url)
        type(self).url = started["url"]
        self.ctl_json("experiments", "list")

    def test_a_missing_engine_is_named(self):
        resources = self.folder / "resources"
        shutil.copytree(ROOT / "resources", resources, ignore=shutil.ignore_patterns("signalbox_engine"))
        error = self.pipeline({"SIGNALBOX_RESOURCES_DIR": str(resources)}, 7)
        self.assertEqual(error["kind"], "Engine")
        self.assertIn("signalbox_engine", error["message"])
        self.assertTrue(error["hint"])
        self.assert_nothing_half_made()

    def test_a_missing_python_environment_is_named(self):
        absent = self.folder / "no-environment"
        unreachable = f"http://127.0.0.1:{free_port()}/simple"
        env = {"SIGNALBOX_ENV_DIR": str(absent), "MLFLOW_TRACKING_URI": self.url, "PIP_INDEX_URL": unreachable,
               "PIP_RETRIES": "0", "UV_DEFAULT_INDEX": unreachable}
        error = self.pipeline(env, 7)
        self.assertIn(str(absent), error["message"])
        self.assertTrue(error["hint"])
        self.assert_nothing_half_made()

    def test_a_killed_engine_ends_the_runs(self):
        process = subprocess.Popen([CTL, "--json", "pipeline", "--data", self.data(), "--target", "label", "--model",
                                    "never"], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.kill)
        victims = wait_until(lambda: engine_processes(self.env["SIGNALBOX_HOME"]), 60, "the engine's start")
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        error = json.loads(process.communicate(timeout=120)[0])["error"]
        self.assertEqual((process.returncode, error["kind"]), (7, "Engine"))
        self.assertIn("SIGKILL", error["message"])
        self.assertTrue(error["hint"])
        self.assert_nothing_half_made()

    def on_a_small_disk(self, script, **environment):
        """Runs a shell script beside `$small`, a disk of its own with 4 MB; its one document and its end."""
        small = self.folder / "small"
        small.mkdir(exist_ok=True)
        done = subprocess.run(
            ["unshare", "-rm", "sh", "-c", f'mount -t tmpfs -o size=4m tmpfs "$small" && {script}'],
            env=dict(self.env, small=str(small), ctl=CTL, **environment), capture_output=True, text=True, timeout=300)
        return done.returncode, json.loads(done.stdout)["error"]

    @unittest.skipUnless(may_mount(), "needs a mount of its own")
    def test_a_full_disk_is_named_and_ends_the_flow(self):
        code, error = self.on_a_small_disk(
            'export SIGNALBOX_HOME="$small/home" && "$ctl" journal status >&2 && '
            'head -c 8M /dev/zero 2>&- > "$small/ballast"; '
            'exec "$ctl" --json pipeline --data "$data" --target label --model never',
            data=self.data(), MLFLOW_TRACKING_URI=self.url)
        self.assertEqual((code, error["kind"]), (1, "Local"))
        self.assertIn("small/home", error["message"])
        self.assertIn("disk", error["message"] + error["hint"])
        self.assert_nothing_half_made()

    @unittest.skipUnless(may_mount(), "needs a mount of its own")
    def test_a_download_to_a_full_disk_says_so(self):
        run = self.client().create_run("0").info.run_id
        self.client().set_terminated(run)
        big = self.folder / "big.bin"
        big.write_bytes(os.urandom(6_000_000))
        self.ctl_json("artifacts", "put", run, str(big))
        code, error = self.on_a_small_disk(
            f'exec "$ctl" --json artifacts get {run} big.bin "$small/down"', MLFLOW_TRACKING_URI=self.url)
        self.assertEqual((code, error["kind"]), (1, "Local"))
        self.assertIn("No space left", error["message"])
        self.assertTrue(error["hint"])
