# SPDX-License-Identifier: GPL-3.0-or-later
"""A stream of points while the server is killed two seconds after each start, and the recorder once.

SIGNALBOX_STORM_POINTS sets the size; 20 000 take about a minute, 200 000 about ten."""
import json
import os
import threading
import time

from mlflow import MlflowClient

from harness import HomeCase, wait_until
from servers import DyingServer, MortalServer

POINTS = int(os.environ.get("SIGNALBOX_STORM_POINTS", "20000"))
KILLS = int(os.environ.get("SIGNALBOX_STORM_KILLS", "4"))  # of the server, at least
RATE = float(os.environ.get("SIGNALBOX_STORM_RATE", "1000"))  # points a second


class Storm(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = MortalServer(cls.folder / "server")
        cls.addClassCleanup(cls.server.kill)
        cls.server.start()
        cls.server.wait_healthy(300)

    def start(self):
        process = self.start_recorder(self.server.url, "storm")
        events = []
        reader = threading.Thread(target=lambda: events.extend(map(json.loads, process.stdout)), daemon=True)
        reader.start()
        return process, events, reader

    def feed(self, process, first, last):
        """Points first..last-1 at the rate; a point's step is its number in the whole stream."""
        began = time.monotonic()
        block = 100
        for start in range(first, last, block):
            lines = [f'{{"metric":"loss","value":{i * 0.5},"step":{i},"timestamp":{1700000000000 + i}}}\n'
                     for i in range(start, min(start + block, last))]
            try:
                process.stdin.write("".join(lines))
                process.stdin.flush()
            except BrokenPipeError:
                return  # killed
            time.sleep(max(0.0, began + (start + block - first) / RATE - time.monotonic()))

    def steps_of(self, client, run):
        history = client.get_metric_history(run.info.run_id, "loss")  # in the server's order
        self.assertTrue(all(m.value == m.step * 0.5 and m.timestamp == 1700000000000 + m.step for m in history))
        return [m.step for m in history]

    def test_every_acknowledged_point_arrives_once(self):
        dying = DyingServer(self.server)
        dying.start()
        first, events, reader = self.start()
        threading.Timer(POINTS / RATE / 2, first.kill).start()  # in the middle of a write
        self.feed(first, 0, POINTS)
        first.wait(10)
        reader.join(10)
        acknowledged = max(e["lines"] for e in events if e["event"] == "acknowledged")
        second, events, reader = self.start()
        self.feed(second, acknowledged, POINTS)  # the contract: go on behind the last acknowledged line
        second.stdin.close()
        self.assertEqual(second.wait(60), 0)
        reader.join(10)
        result = events[-1]
        self.assertEqual((result["event"], result["points"]), ("result", POINTS - acknowledged))
        wait_until(lambda: dying.kills >= KILLS, 600, f"kill number {KILLS}")
        dying.stop()
        self.server.wait_healthy(300)
        self.ctl_json("--tracking-uri", self.server.url, "--timeout", "600", "journal", "flush", timeout=700)

        client = MlflowClient(self.server.url)
        experiment = client.get_experiment_by_name("storm")
        runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])
        self.assertEqual([r.info.status for r in runs], ["FAILED", "FINISHED"], "no twin run, right states")
        before = self.steps_of(client, runs[0])
        after = self.steps_of(client, runs[1])
        self.assertEqual(before, list(range(len(before))), "a prefix, once and in order")
        self.assertGreaterEqual(len(before), acknowledged)
        self.assertEqual(after, list(range(acknowledged, POINTS)), "the rest, once and in order")
        self.assertEqual(runs[1].data.metrics["loss"], (POINTS - 1) * 0.5)
        status = self.ctl_json("--tracking-uri", self.server.url, "journal", "status")
        self.assertEqual((status["pending_points"], status["parked"]), (0, []))
        print(f"{POINTS} points, {acknowledged} acknowledged before the recorder was killed, "
              f"{dying.kills} kills of the server")
