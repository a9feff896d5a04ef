# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that fails: port taken, engine missing or killed, disk full. One message, nothing half-made."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from harness import CTL, HomeCase, ROOT, engine_processes, wait_until
from servers import free_port


class SmallDisk:
    """A file system of its own that can be filled; making one takes the rights to mount."""

    def __init__(self, megabytes):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="signalbox-disk-"))
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(self.folder)]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.folder.rmdir()
            raise unittest.SkipTest(f"no small disk can be made here: {done.stderr.strip()}")

    def fill(self):
        with open(self.folder / "ballast", "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass

    def remove(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=True)
        self.folder.rmdir()


class BadMachine(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = cls.start_server()["url"]

    def data(self):
        path = self.folder / "data.csv"
        path.write_text("a,b,label\n" + "".join(f"{i % 7},{i * 0.5},{'yes' if i % 2 else 'no'}\n" for i in range(400)))
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

    def small_home(self, megabytes):
        disk = SmallDisk(megabytes)
        self.addCleanup(disk.remove)
        env = {"SIGNALBOX_HOME": str(disk.folder / "home"), "MLFLOW_TRACKING_URI": self.url}
        subprocess.run([CTL, "journal", "status"], env=dict(self.env, **env), check=True, capture_output=True)
        return disk, env

    def test_a_full_disk_is_named_and_ends_the_flow(self):
        disk, env = self.small_home(4)
        disk.fill()
        error = self.pipeline(env, 1)
        self.assertEqual(error["kind"], "Local")
        self.assertIn(str(disk.folder), error["message"])
        self.assertIn("disk", error["message"] + error["hint"])
        self.assert_nothing_half_made()

    def test_a_disk_that_fills_up_loses_nothing_acknowledged(self):
        _, env = self.small_home(6)
        env["MLFLOW_TRACKING_URI"] = f"http://127.0.0.1:{free_port()}"
        lines = "".join(f'{{"metric":"loss","value":{i},"step":{i}}}\n' for i in range(400_000))
        done = subprocess.run([CTL, "--json", "record", "-e", "full", "--flush-seconds", "0"], input=lines,
                              env=dict(self.env, **env), capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 1, done.stderr)
        told = json.loads(done.stdout)
        self.assertIn("disk is full", told["error"]["message"])
        self.assertGreater(told["points"], 0)
        kept = subprocess.run([CTL, "--json", "journal", "status"], env=dict(self.env, **env), check=True,
                              capture_output=True, text=True)
        self.assertGreaterEqual(json.loads(kept.stdout)["pending_points"], told["points"])

    def test_a_download_to_a_full_disk_says_so(self):
        run = self.client().create_run("0").info.run_id
        self.client().set_terminated(run)
        big = self.folder / "big.bin"
        big.write_bytes(os.urandom(6_000_000))
        self.ctl_json("artifacts", "put", run, str(big))
        disk, _ = self.small_home(4)
        error = self.ctl_json("artifacts", "get", run, "big.bin", str(disk.folder / "down"), code=1)["error"]
        self.assertEqual(error["kind"], "Local")
        self.assertIn("No space left", error["message"])
        self.assertTrue(error["hint"])
