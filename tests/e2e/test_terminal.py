# SPDX-License-Identifier: GPL-3.0-or-later
"""What a script relies on: documents, exit codes, limits of time, colours and which server is meant."""
import http.server
import json
import os
import pty
import subprocess
import threading
import time

import secret_servers
from harness import CTL, HomeCase
from servers import free_port


class EndlessServer(http.server.BaseHTTPRequestHandler):
    """An MLflow that takes its time and always has one more page."""

    def handle_any(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(0.4)
        body = {"/health": b"OK", "/version": b"3.17.2"}.get(self.path.split("?")[0], json.dumps({
            "store_type": "SqlStore", "experiments": [{"experiment_id": "1", "name": "one"}],
            "next_page_token": "more"}).encode())
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = handle_any

    def log_message(self, *_):
        pass


class Terminal(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_server()

    def assert_error(self, document, kind):
        error = document["error"]
        self.assertEqual(set(error), {"kind", "message", "hint", "http_status", "api_code"})
        self.assertEqual(error["kind"], kind)
        self.assertTrue(error["message"])
        self.assertTrue(error["hint"], "no remedy")
        return error

    def test_wrong_usage_is_one_document_wherever_json_stands(self):
        for words in (("--json", "no-such-command"), ("no-such-command", "--json"), ("runs", "lst", "--json"),
                      ("runs", "list", "--json"), ("--timeout", "soon", "--json", "status"),
                      ("runs", "list", "-e", "x", "--limit", "many", "--json"),
                      ("runs", "list", "-e", "x", "--columns", "loss", "--json")):
            with self.subTest(words=words):
                code, out, err = self.ctl(*words)
                self.assertEqual(code, 2)
                error = self.assert_error(json.loads(out), "Usage")
                self.assertIn(error["message"], err)
        for word in ("no-such-command", "lst"):
            self.assertIn(word, self.ctl("runs", word)[2], "the message names what is wrong")
        code, out, _ = self.ctl("no-such-command")
        self.assertEqual((code, out), (2, ""))

    def test_not_found_conflict_and_bad_queries(self):
        self.assert_error(self.ctl_json("runs", "show", "0" * 32, code=5), "NotFound")
        self.assert_error(self.ctl_json("runs", "list", "-e", "absent", code=5), "NotFound")
        self.ctl_json("experiments", "create", "twice")
        self.assert_error(self.ctl_json("experiments", "create", "twice", code=1), "Conflict")
        for option in ("--filter", "--order-by"):
            self.assert_error(
                self.ctl_json("runs", "list", "-e", "twice", option, "metrics.x >> 1", code=2), "Usage")

    def test_numbers_and_times(self):
        lines = ('{"metric":"nan","value":"NaN"}\n{"metric":"low","value":1e-300,"timestamp":1700000000000}\n')
        done = subprocess.run([CTL, "--json", "record", "-e", "numbers", "--wait-sent"], input=lines, env=self.env,
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        run = json.loads(done.stdout)["run_id"]
        shown = self.ctl_json("runs", "show", run)
        self.assertEqual(shown["metrics"], {"nan": "NaN", "low": 1e-300})
        self.assertRegex(shown["start_time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(self.ctl_json("metrics", "history", run, "low")["points"],
                         [{"step": 0, "timestamp": "2023-11-14T22:13:20.000Z", "value": 1e-300}])

    def test_an_answer_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([CTL, "--json", "experiments", "list"], env=self.env, stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left", done.stderr)

    def test_quiet_says_nothing_but_errors(self):
        self.assertEqual(self.ctl("--quiet", "runs", "list", "-e", "Default", "--limit", "0")[2], "")
        code, out, err = self.ctl("--quiet", "runs", "show", "absent")
        self.assertEqual((code, out), (5, ""))
        self.assertIn("absent", err)

    def test_timeout_bounds_a_read_of_many_requests(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), EndlessServer)
        server.handle_error = lambda *_: None  # that the caller hung up is what is tested
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        uri = f"http://127.0.0.1:{server.server_port}"
        for command in (("experiments", "list"), ("status",), ("profile", "test")):
            with self.subTest(command=command):
                began = time.monotonic()
                document = self.ctl_json("--tracking-uri", uri, "--timeout", "0.7", *command, code=3)
                self.assertLess(time.monotonic() - began, 3)
                self.assert_error(document, "Deadline")
                if command == ("status",):
                    self.assertEqual(document["breaker"]["state"], "closed")
                    self.assertEqual(document["journal"]["pending_points"], 0)

    def test_what_is_no_usable_mlflow_is_told_apart(self):
        html = {"Content-Type": "text/html"}
        old = {"/health": b"OK", "/version": b"1.30.0"}
        cases = {
            "login page": (lambda r, _: (200, html, b"<html><title>Sign in</title></html>"), "Decode", "login"),
            "other service": (lambda r, _: (404, html, b"<html>nginx</html>"), "Decode", "address"),
            "refused host": (lambda r, _: (403, {}, b"Invalid Host header - possible attack"), "Forbidden",
                             "--allowed-hosts"),
            "sent away": (lambda r, _: (302, {"Location": "http://login.invalid/"}, b""), "Redirect", "address"),
            "too old": (lambda r, _: (200, {}, old.get(r.path, b"")), "Decode", "2.9"),
        }
        for name, (answer, kind, remedy) in cases.items():
            server = secret_servers.Server(answer)
            self.addCleanup(server.stop)
            with self.subTest(name):
                for command in (("status",), ("profile", "test")):
                    error = self.assert_error(
                        self.ctl_json("--tracking-uri", server.url, *command, code=1), kind)
                    self.assertIn(remedy, error["hint"])
                if name in ("other service", "sent away"):
                    self.ctl_json("--tracking-uri", server.url, "runs", "show", "0" * 32, code=1)

    def test_a_flush_that_leaves_something_says_why(self):
        uri = f"http://127.0.0.1:{free_port()}"
        subprocess.run([CTL, "--tracking-uri", uri, "record", "-e", "later", "--flush-seconds", "0"], env=self.env,
                       input='{"metric":"loss","value":1}\n', capture_output=True, text=True, timeout=60, check=True)
        for scope in ((), ("--all",)):
            left = self.ctl_json("--tracking-uri", uri, "--timeout", "1", "journal", "flush", *scope, code=3)
            self.assertEqual(left["pending_points"], 1)
            self.assertIn("Nothing is lost", self.assert_error(left, "Network")["hint"])

    def named_server(self, *options, **environment):
        """The port that a failing status names: which of several dead servers was meant."""
        done = subprocess.run([CTL, "--json", *options, "status"], env=dict(self.env, **environment),
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 3, done.stdout)
        return json.loads(done.stdout)["error"]["message"]

    def test_option_beats_profile_beats_environment_beats_active_profile(self):
        option, named, variable, active = (str(free_port()) for _ in range(4))
        url = "http://127.0.0.1:{}".format
        self.ctl_json("profile", "add", "named", "--url", url(named))
        local = self.ctl_json("status")
        self.assertEqual(local["connection"]["name"], "Local workspace")
        self.ctl_json("profile", "add", "active", "--url", url(active), "--use")
        self.addCleanup(self.ctl_json, "profile", "use", "Local workspace")
        env = {"MLFLOW_TRACKING_URI": url(variable)}
        self.assertIn(active, self.named_server())
        self.assertIn(variable, self.named_server(**env))
        self.assertIn(named, self.named_server("--profile", "named", **env))
        self.assertIn(option, self.named_server("--tracking-uri", url(option), "--profile", "named", **env))
        self.assert_error(self.ctl_json("--profile", "absent", "status", code=5), "NotFound")

    def on_a_terminal(self, *words, **environment):
        """stdout as a terminal shows it."""
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "rb", buffering=0) as screen:
            process = subprocess.Popen([CTL, *words], env=dict(self.env, TERM="xterm", **environment),
                                       stdout=theirs, stderr=subprocess.DEVNULL)
            os.close(theirs)
            shown = b""
            try:
                while block := screen.read(65536):
                    shown += block
            except OSError:
                pass  # how a terminal says that it was closed
            process.wait(60)
        return shown

    def test_colour_only_on_a_terminal_that_wants_it(self):
        self.assertIn(b"\x1b[32m", self.on_a_terminal("doctor"))
        self.assertNotIn(b"\x1b", self.on_a_terminal("doctor", NO_COLOR="1"))
        self.assertNotIn(b"\x1b", self.on_a_terminal("--json", "doctor"))
        self.assertNotIn("\x1b", self.ctl("doctor")[1])

    def test_events_end_with_the_result(self):
        data = self.folder / "small.csv"
        data.write_text("a,b,label\n" + "".join(f"{i % 7},{i * 0.5},{'yes' if i % 2 else 'no'}\n" for i in range(120)))
        train = ("train", "--data", str(data), "--target", "label", "--algorithm", "LogisticRegression", "--trials", "1")
        for target, code in (("label", 0), ("absent", 6)):
            words = [target if word == "label" else word for word in train]
            for form in (("--events",), ("--events", "--json")):
                exit_code, out, err = self.ctl(*words, *form)
                events = [json.loads(line) for line in out.splitlines()]
                self.assertEqual(exit_code, code, err)
                self.assertEqual([e["event"] for e in events].count("result"), 1)
                self.assertEqual(events[-1]["event"], "result")
                self.assertIn("step", [e["event"] for e in events])
                self.assertEqual("error" in events[-1], code != 0)
        self.assert_nothing_running()

    def test_completion_knows_the_words(self):
        script = self.folder / "complete.bash"
        script.write_text(self.ctl("completion", "bash")[1])
        ask = f"source {script}; COMP_WORDS=(signalboxctl runs li); COMP_CWORD=2; _signalboxctl; echo ${{COMPREPLY[*]}}"
        done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
        self.assertEqual((done.stdout, done.stderr), ("list\n", ""))
        for shell in ("zsh", "fish"):
            self.assertIn("compare", self.ctl_json("completion", shell)["script"])
        self.ctl_json("completion", "cmd", code=2)
