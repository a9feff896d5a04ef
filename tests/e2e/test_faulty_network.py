# SPDX-License-Identifier: GPL-3.0-or-later
"""A real server behind a network that loses and spoils answers: nothing is created twice."""
import os
import pathlib
import random
import subprocess
import sys
import urllib.parse

from harness import HomeCase

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from tcp_proxy import AFTERWARDS, INSTEAD, FaultyProxy  # noqa: E402

SEED = int(os.environ.get("SIGNALBOX_SEED", "20261"))
KINDS = ["drop", "reset", "half", "late", "trickle", "refuse", *INSTEAD, *AFTERWARDS]


def once(end, fault):
    """Does `fault` to the first answer of each path that ends so."""
    met = set()

    def choose(path):
        name = path.split("?")[0]
        if not name.endswith(end) or name in met:
            return None
        met.add(name)
        return fault

    return choose


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

    def test_whatever_answers_a_create_one_run_is_there(self):
        for kind in [*KINDS, "hang"]:
            with self.subTest(kind):
                before = len(self.runs_of_example())
                proxy = self.proxy(once("runs/create", kind))
                code, err = self.record(proxy, kind)
                if code != 0:  # it had no more patience; the next program goes on
                    self.assertEqual(code, 3, err)
                    code, err = self.record(self.proxy(lambda _path: None), kind)
                    self.assertEqual(code, 0, err)
                    before += 1
                self.assertEqual(len(self.runs_of_example()), before + 1)
                if kind not in INSTEAD and kind != "refuse":
                    self.assertEqual(proxy.count("runs/create"), 1, "sent once, then looked up")
                self.assert_nothing_running()

    def test_the_replies_of_a_registration_are_lost(self):
        self.assertEqual(self.record(self.proxy(lambda _path: None), "origin")[0], 0)
        run = self.runs_of_example()[0].info.run_id
        for kind in ("drop", "reset", "half", "types", "502"):
            with self.subTest(kind):
                proxy = self.proxy(once("/create", kind))
                made = self.ctl_json("--tracking-uri", proxy.url, "models", "register", kind, "--run", run,
                                     "--path", "notes")
                self.assertEqual(made["models"][0]["versions"][0]["version"], "1")
                self.assertEqual(proxy.count("model-versions/create"), 1)
                self.assertEqual(len(self.client().search_model_versions(f"name='{kind}'")), 1)

    def test_answers_are_spoilt_in_every_way(self):
        before = len(self.runs_of_example())
        dice = random.Random(SEED)

        def sometimes(path):
            kind = dice.choice(KINDS) if dice.random() < 0.3 else None
            # A well-formed "there is nothing" to a search looks exactly like the right answer.
            return "nan" if kind == "types" and "/search" in path else kind

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
