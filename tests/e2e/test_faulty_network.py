# SPDX-License-Identifier: GPL-3.0-or-later
"""A real server behind a network that loses answers: nothing is created twice."""
import os
import pathlib
import random
import subprocess
import sys
import urllib.parse

from harness import HomeCase

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from tcp_proxy import FaultyProxy  # noqa: E402

SEED = int(os.environ.get("SIGNALBOX_SEED", "20261"))


class FaultyNetwork(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = urllib.parse.urlsplit(cls.start_server()["url"])

    def proxy(self, fault):
        proxy = FaultyProxy(self.server.hostname, self.server.port, fault)
        self.addCleanup(proxy.close)
        return proxy

    def record(self, proxy, folder):
        """The library's example through the proxy; it exits 0 once everything is on the server."""
        done = subprocess.run([os.environ["SIGNALBOX_EXAMPLE"], proxy.url, str(self.folder / folder)],
                              capture_output=True, text=True, timeout=100, env=self.env)
        return done.returncode, done.stderr

    def runs_of_example(self):
        return [r for r in self.all_runs() if r.info.run_name == "first run"]

    def test_the_reply_of_each_create_is_lost(self):
        before = len(self.runs_of_example())
        lost = []

        def lose_once(path):
            name = path.split("?")[0]
            if name.endswith("/create") and name not in lost:
                lost.append(name)
                return "drop"
            return None

        proxy = self.proxy(lose_once)
        code, err = self.record(proxy, "lost-create")
        self.assertEqual(code, 0, err)
        self.assertEqual(len([name for name in lost if name.endswith("runs/create")]), 1)
        self.assertEqual(proxy.count("runs/create"), 1, "sent once, then looked up")
        self.assertEqual(len(self.runs_of_example()), before + 1)
        self.assert_nothing_running()

    def test_answers_are_spoilt_in_every_way(self):
        before = len(self.runs_of_example())
        dice = random.Random(SEED)
        kinds = ["drop", "reset", "half", "late", "refuse"]

        def sometimes(_path):
            return dice.choice(kinds) if dice.random() < 0.3 else None

        proxy = self.proxy(sometimes)
        code, err = self.record(proxy, "spoilt")
        self.assertIn(code, (0, 3), err)
        calm = self.proxy(lambda _path: None)
        # Whatever was left is sent by the next program that opens the journal.
        code, err = self.record(calm, "spoilt")
        self.assertEqual(code, 0, err)
        runs = self.runs_of_example()
        self.assertEqual(len(runs), before + 2)
        for run in runs:
            self.assertEqual(run.info.status, "FINISHED")
            steps = [m.step for m in self.client().get_metric_history(run.info.run_id, "loss")]
            self.assertEqual(sorted(steps), list(range(10)))
