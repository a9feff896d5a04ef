# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that behave as badly as real ones sometimes do."""
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import urllib.request

from harness import ENV_PYTHON, wait_until


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class SilentServer:
    """Accepts every connection and never says a word."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def accept(self):
        while True:
            try:
                self.connections.append(self.socket.accept()[0])
            except OSError:
                return

    def __exit__(self, *_):
        self.socket.close()
        for connection in self.connections:
            connection.close()


class MortalServer:
    """A real MLflow server on a fixed port that can be killed and started again."""

    def __init__(self, folder, workers=1, options=(), env=None, python=ENV_PYTHON):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.workers = workers
        self.options = options
        self.env = env or {}
        self.python = python
        self.process = None

    def start(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")} | self.env
        self.log = open(self.folder / "server.log", "ab")
        self.process = subprocess.Popen(
            [self.python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port),
             "--workers", str(self.workers), "--backend-store-uri", f"sqlite:///{self.folder}/store.db",
             "--artifacts-destination", str(self.folder / "artifacts"), *self.options],
            env=env, cwd=self.folder, stdout=self.log, stderr=self.log, start_new_session=True)

    def is_healthy(self):
        try:
            with urllib.request.urlopen(self.url + "/health", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def wait_healthy(self, seconds=120):
        wait_until(self.is_healthy, seconds, "the server's start")

    def kill(self):
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait(10)
            self.log.close()
            self.process = None


class DyingServer(threading.Thread):
    """Kills a MortalServer again and again, a while after it came up, and starts it anew."""

    def __init__(self, server, every=2.0):
        super().__init__(daemon=True)
        self.server = server
        self.every = every
        self.kills = 0
        self.over = threading.Event()

    def run(self):
        while not self.over.is_set():
            if not self.server.is_healthy():
                time.sleep(0.05)
                continue
            if self.over.wait(self.every):
                return
            self.server.kill()
            self.kills += 1
            self.server.start()

    def stop(self):
        self.over.set()
        self.join(180)
