# SPDX-License-Identifier: GPL-3.0-or-later
"""The core's figures: each as a ratio to a floor measured in the same run, taken in turns with it,
because other work shares the machine. Prints a table and, with --out, writes JSON.

Needs SIGNALBOX_BIN_DIR (signalboxctl), SIGNALBOX_BENCH_CLIENT (bench_window lies beside it) and
SIGNALBOX_ENV_DIR."""
import argparse
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
from servers import MortalServer  # noqa: E402

CTL = str(pathlib.Path(os.environ["SIGNALBOX_BIN_DIR"]) / "signalboxctl")
CLIENT = os.environ["SIGNALBOX_BENCH_CLIENT"]
WINDOW = os.environ.get("SIGNALBOX_BENCH_WINDOW", str(pathlib.Path(CLIENT).with_name("bench_window")))


def row(what, measured, floor, reach, at_most):
    ratio = measured / floor if floor else measured
    return {"what": what, "measured": measured, "floor": floor, "ratio": ratio, "reach": reach,
            "at_most": at_most, "pass": ratio <= reach if at_most else ratio >= reach}


def client_rows(*args):
    done = subprocess.run([CLIENT, *args], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def clean_env(home):
    env = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")}
    return dict(env, SIGNALBOX_HOME=str(home), LC_ALL="C.UTF-8")


# Points a second into a real server ------------------------------------------------------------

def one_by_one(client, experiment, points):
    run = client.create_run(experiment).info.run_id
    began = time.monotonic()
    for i in range(points):
        client.log_metric(run, "loss", i * 0.5, step=i)
    return points / (time.monotonic() - began)


def raw_batches(server, client, experiment, points):
    run = client.create_run(experiment).info.run_id
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    bodies = [json.dumps({"run_id": run, "metrics": [
        {"key": "loss", "value": i * 0.5, "timestamp": 1700000000000 + i, "step": i}
        for i in range(start, start + 1000)]}) for start in range(0, points, 1000)]
    began = time.monotonic()
    for body in bodies:
        connection.request("POST", "/api/2.0/mlflow/runs/log-batch", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
    rate = points / (time.monotonic() - began)
    connection.close()
    return rate


def recorded(server, home, points):
    lines = "".join(f'{{"metric":"loss","value":{i * 0.5},"step":{i},"timestamp":{1700000000000 + i}}}\n'
                    for i in range(points))
    began = time.monotonic()
    done = subprocess.run([CTL, "--json", "--tracking-uri", server.url, "record", "-e", "bench", "--wait-sent"],
                          input=lines, text=True, env=clean_env(home), capture_output=True)
    took = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sent_points"] == points
    return points / took


def recording(folder, workers, args):
    from mlflow import MlflowClient
    server = MortalServer(folder / f"server{workers}", workers)
    server.start()
    try:
        server.wait_healthy()
        client = MlflowClient(server.url)
        experiment = client.create_experiment("raw")
        rates = {"single": [], "raw": [], "record": []}
        raw_batches(server, client, experiment, 1000)
        recorded(server, folder / "home", 1000)
        for _ in range(args.rounds):
            rates["raw"].append(raw_batches(server, client, experiment, args.points))
            rates["record"].append(recorded(server, folder / "home", args.points))
            rates["single"].append(one_by_one(client, experiment, args.singles))
        mid = {k: statistics.median(v) for k, v in rates.items()}
        name = "one worker" if workers == 1 else f"{workers} workers"
        return [row(f"record, points/s, over log_metric ({name})", mid["record"], mid["single"], 100, False),
                row(f"record, points/s, over raw batches ({name})", mid["record"], mid["raw"],
                    0.9 if workers == 1 else 1.5, False)]
    finally:
        server.kill()


def parse_speed(folder, args):
    """Lines a second from stdin into the journal, without a server."""
    lines = "".join(f'{{"metric":"loss","value":{i * 0.5},"step":{i}}}\n' for i in range(args.parsed))
    began = time.monotonic()
    done = subprocess.run([CTL, "--json", "--tracking-uri", "http://127.0.0.1:9", "record", "-e", "bench",
                           "--flush-seconds", "0"], input=lines, text=True, capture_output=True,
                          env=clean_env(folder / "parse"))
    took = time.monotonic() - began
    assert json.loads(done.stdout)["points"] == args.parsed, done.stderr
    return [row("record, points/s into the journal", args.parsed / took, 0, 200_000, False)]


def gets(folder):
    """Runs read one after another from a real server, by raw sockets and by the whole client."""
    from mlflow import MlflowClient
    server = MortalServer(folder / "gets")
    server.start()
    try:
        server.wait_healthy()
        client = MlflowClient(server.url)
        run = client.create_run(client.create_experiment("gets")).info.run_id
        return client_rows("gets", str(server.port), run)
    finally:
        server.kill()


# Artifacts -------------------------------------------------------------------------------------

def timed(*command):
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - began


def artifacts(folder, args):
    from mlflow import MlflowClient
    server = MortalServer(folder / "files")
    server.start()
    big = folder / "big.bin"
    block = os.urandom(1 << 20)
    with open(big, "wb") as f:
        for _ in range(args.artifact_mb):
            f.write(block)
    try:
        server.wait_healthy()
        client = MlflowClient(server.url)
        run = client.create_run(client.create_experiment("files")).info
        path = run.artifact_uri.split(":/")[1].lstrip("/")
        url = f"{server.url}/api/2.0/mlflow-artifacts/artifacts/{path}/curl.bin"
        took = {"up": [], "down": [], "curl up": [], "curl down": []}
        growth, stall = 0.0, 0.0
        for _ in range(args.rounds):
            took["curl up"].append(timed("curl", "-sSf", "-T", str(big), url))
            up = client_rows("artifact", "up", server.url, run.artifact_uri, str(big))[0]
            took["curl down"].append(timed("curl", "-sSf", "-o", str(folder / "down.curl"), url))
            down = client_rows("artifact", "down", server.url, run.artifact_uri, str(folder / "down.bin"))[0]
            took["up"].append(up["seconds"])
            took["down"].append(down["seconds"])
            growth = max(growth, up["growth_mb"], down["growth_mb"])
            stall = max(stall, up["longest_event_ms"], down["longest_event_ms"])
            assert (folder / "down.bin").stat().st_size == big.stat().st_size
            (folder / "down.bin").unlink()
        mid = {k: statistics.median(v) for k, v in took.items()}
        size = args.artifact_mb
        return [row(f"{size} MB up, speed over curl", mid["curl up"], mid["up"], 0.9, False),
                row(f"{size} MB down, speed over curl", mid["curl down"], mid["down"], 0.9, False),
                row(f"{size} MB up and down, memory growth, MB", growth, 0, 32, True),
                row("longest event during transfers, CPU ms", stall, 0, 16, True)]
    finally:
        server.kill()


# The window ------------------------------------------------------------------------------------

PAGES = ("overview", "runs", "models", "flows", "health", "settings")


class Window:
    """The real window without a screen; says what its longest event was."""

    def __init__(self, server, home):
        env = dict(clean_env(home), QT_QPA_PLATFORM="offscreen")
        self.process = subprocess.Popen([WINDOW, "--tracking-uri", server.url, "--size", "1440x900"],
                                        env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def show_all(self, seconds):
        for page in PAGES:
            self.ask("show", page)
            time.sleep(seconds)

    def worst(self, during, reach=16):
        answer = self.ask("tell", during)
        return row(f"window, longest event while {during} (in {answer['in']}), CPU ms",
                   answer["longest_event_ms"], 0, reach, True)

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


def fill(client, experiment, runs):
    from mlflow.entities import Metric, Param
    for i in range(runs):
        run = client.create_run(experiment, run_name=f"run {i}").info.run_id
        client.log_batch(run, [Metric("loss", 1.0 / (s + 1), 1700000000000 + s, s) for s in range(20)],
                         [Param("lr", str(i))])
        client.set_terminated(run)


def window(folder, args):
    from mlflow import MlflowClient
    server = MortalServer(folder / "window")
    server.start()
    seen = None
    try:
        server.wait_healthy()
        client = MlflowClient(server.url)
        fill(client, client.create_experiment("seen"), args.shown)
        home = folder / "window-home"
        seen = Window(server, home)
        time.sleep(3)
        rows = [seen.worst("starting")]
        seen.show_all(2)
        # Qt builds and styles a page's widgets in one go, once; no work of ours would fit in between.
        rows.append(seen.worst("building each page", 50))
        seen.show_all(2)
        rows.append(seen.worst("going through the pages"))
        for page in ("health", "runs"):
            seen.ask("show", page)
            recorded(server, home, args.points)
            rows.append(seen.worst(f"{args.points} points are recorded, on the page {page}"))
        server.kill()
        for page in ("overview", "runs", "health"):
            seen.ask("show", page)
            time.sleep(4)
        rows.append(seen.worst("the server is gone"))
        server.start()
        server.wait_healthy()
        time.sleep(8)
        rows.append(seen.worst("the server returns"))
        return rows
    finally:
        if seen:
            seen.close()
        server.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=60_000, help="points of one recording")
    parser.add_argument("--singles", type=int, default=100, help="log_metric calls")
    parser.add_argument("--parsed", type=int, default=500_000, help="lines for the parser")
    parser.add_argument("--artifact-mb", type=int, default=256)
    parser.add_argument("--shown", type=int, default=1000, help="runs that the window shows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="caller,gets,parse,breaker,lines,record1,record4,artifact,window")
    parser.add_argument("--out", help="file for the JSON")
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-") as name:
        folder = pathlib.Path(name)
        steps = {"gets": lambda: gets(folder), "lines": lambda: parse_speed(folder, args),
                 "record1": lambda: recording(folder, 1, args),
                 "record4": lambda: recording(folder, 4, args), "artifact": lambda: artifacts(folder, args),
                 "window": lambda: window(folder, args)}
        for what in args.only.split(","):
            new = steps[what]() if what in steps else client_rows(what)
            rows += new
            for r in new:
                print(f"{'pass' if r['pass'] else 'MISS'}  {r['ratio']:12.3f}  "
                      f"{'<=' if r['at_most'] else '>='} {r['reach']:<8g} {r['what']}", flush=True)
    if args.out:
        load = os.getloadavg()
        pathlib.Path(args.out).write_text(json.dumps({"load": load, "rows": rows}, indent=1))
    return 0 if all(r["pass"] for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
