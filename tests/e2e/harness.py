# SPDX-License-Identifier: GPL-3.0-or-later
"""A clean home with its own MLflow server, and the programs as a user runs them."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ["SIGNALBOX_BIN_DIR"])
CTL = str(BIN / "signalboxctl")
ENV_PYTHON = pathlib.Path(os.environ["SIGNALBOX_ENV_DIR"]) / "bin" / "python"
ROOT = pathlib.Path(__file__).resolve().parents[2]


def wait_until(condition, seconds, what):
    """Polls until `condition()` is truthy and returns its value; fails by name after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds} s")


def write_demo_data(name, path):
    """One of scikit-learn's tables as CSV, by the engine's own writer."""
    env = dict(os.environ, PYTHONPATH=str(ROOT / "resources" / "engine"))
    subprocess.run([ENV_PYTHON, "-m", "signalbox_engine.demo_data", name, str(path)], check=True, env=env)


def may_mount():
    """Whether this account may mount a small file system of its own."""
    return subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
                          capture_output=True).returncode == 0


class HomeCase(unittest.TestCase):
    """One home and one server per class; the server is stopped and checked gone at the end."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="signalbox-e2e-"))
        cls.env = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")}
        cls.env["SIGNALBOX_HOME"] = str(cls.folder / "home")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.addClassCleanup(cls.ctl, "server", "stop")

    @classmethod
    def ctl(cls, *args, timeout=300):
        """Runs signalboxctl; returns (exit code, stdout, stderr)."""
        done = subprocess.run([CTL, *args], env=cls.env, capture_output=True, text=True,
                              timeout=timeout, cwd=cls.folder)
        return done.returncode, done.stdout, done.stderr

    @classmethod
    def ctl_json(cls, *args, code=0, timeout=300):
        """Runs with --json, checks the exit code and returns the one document."""
        exit_code, out, err = cls.ctl("--json", *args, timeout=timeout)
        if exit_code != code:
            raise AssertionError(f"{args} ended with {exit_code}, not {code}\n{out}\n{err}")
        return json.loads(out)

    @classmethod
    def start_server(cls):
        return cls.ctl_json("server", "start")

    @classmethod
    def client(cls):
        from mlflow import MlflowClient
        return MlflowClient(cls.ctl_json("server", "status")["url"])

    @classmethod
    def all_runs(cls):
        """Every run of every experiment, as MLflow's own client sees them."""
        client = cls.client()
        ids = [e.experiment_id for e in client.search_experiments()]
        return client.search_runs(ids, max_results=1000)

    def assert_nothing_running(self):
        running = [(r.info.run_name, r.info.run_id) for r in self.all_runs() if r.info.status == "RUNNING"]
        self.assertEqual(running, [])

    @classmethod
    def kill_server(cls):
        """SIGKILL to the server's whole group, as a crash of the machine's service would look."""
        pid = cls.ctl_json("server", "status")["pid"]
        os.killpg(os.getpgid(pid), signal.SIGKILL)
        wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists()
                   or "Z" in pathlib.Path(f"/proc/{pid}/stat").read_text().split()[2], 10, "the kill")

    def start_recorder(self, url, experiment, *args):
        """A `record` with its events, fed through its stdin; it is gone at the end of the test."""
        process = subprocess.Popen([CTL, "--tracking-uri", url, "record", "-e", experiment, "--events", *args],
                                   env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.end_recorder, process)
        return process

    @staticmethod
    def end_recorder(process):
        process.kill()
        process.wait(10)
        process.stdout.close()
        with contextlib.suppress(OSError):
            process.stdin.close()

    def demo_csv(self, name):
        path = self.folder / f"{name}.csv"
        if not path.exists():
            write_demo_data(name, path)
        return path


def engine_processes(home):
    """Process ids of compute processes whose job folder lies in this home."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            environ = (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"signalbox_engine" in command and str(home).encode() in environ:
            found.append(int(entry.name))
    return found
