# SPDX-License-Identifier: GPL-3.0-or-later
"""Plants secrets of every kind and looks for them everywhere they must not be."""
import base64
import json
import os
import secrets
import signal
import subprocess
import time
import unittest
import urllib.parse

import secret_servers
from harness import BIN, CTL, HomeCase
from keyring import Keyring, is_available

KEYRING_PASSWORD = "keyring-" + secrets.token_hex(4)

MAKE_CERTIFICATES = """
set -eu
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
key ca.key; key server.key; key client.key
openssl req -x509 -new -key ca.key -subj "/CN=Test Authority" -days 30 -out ca.pem
sign() {
  openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
  printf '%s' "$2" > ext
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out "$1.pem"
}
sign server "subjectAltName=IP:127.0.0.1"
sign client "extendedKeyUsage=clientAuth"
openssl pkcs8 -topk8 -in client.key -out client.enc.key -passout "pass:$1"
rm client.key
"""


def plant(kind):
    """A secret that nothing else contains, with a character that URLs and shells change."""
    return f"{kind}-{secrets.token_hex(6)}%+x"


def forms_of(secret, user="ann"):
    """The secret as it looks in text, in a URL and inside of login headers."""
    pair = f"{user}:{secret}"
    return [form.encode() for form in {
        secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote(secret),
        base64.b64encode(secret.encode()).decode(), base64.b64encode(pair.encode()).decode()}]


class Secrets(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not is_available():
            raise AssertionError("needs dbus-daemon, gnome-keyring-daemon and openssl")
        cls.said = []
        cls.planted = {kind: plant(kind) for kind in ("password", "token", "header", "phrase", "urlinfo", "proxy")}
        cls.certificates = cls.folder / "certificates"
        cls.certificates.mkdir()
        subprocess.run(["sh", "-c", MAKE_CERTIFICATES, "sh", cls.planted["phrase"]], cwd=cls.certificates,
                       check=True, capture_output=True)
        cls.env["SIGNALBOX_LOG"] = "debug"
        (cls.folder / "user").mkdir()
        cls.keyring = Keyring(cls.folder / "user", cls.env)
        cls.addClassCleanup(cls.keyring.stop)
        cls.keyring.unlock(KEYRING_PASSWORD)
        cls.env = cls.keyring.env
        cls.upstream = cls.start_server()["url"]
        cls.foreign = secret_servers.foreign()
        cls.refusing = secret_servers.refusing()
        cls.redirecting = secret_servers.redirecting(cls.foreign.url)
        for server in (cls.foreign, cls.refusing, cls.redirecting):
            cls.addClassCleanup(server.stop)

    @classmethod
    def run_ctl(cls, *args, typed=None, env=None, timeout=120):
        done = subprocess.run([CTL, *args], env=env or cls.env, input=typed, capture_output=True, text=True,
                              timeout=timeout, cwd=cls.folder)
        cls.said += [done.stdout.encode(), done.stderr.encode()]
        return done

    def expect(self, code, *args, **options):
        done = self.run_ctl(*args, **options)
        self.assertEqual(done.returncode, code, f"{args}\n{done.stdout}\n{done.stderr[-3000:]}")
        return done

    def add_profile(self, name, url, kind, *options):
        self.expect(0, "profile", "add", name, "--url", url, "--secret-stdin", *options,
                    typed=self.planted[kind] + "\n")

    def add_profiles(self, suffix, url):
        self.add_profile("basic" + suffix, url, "password", "--auth", "basic", "--user", "ann")
        self.add_profile("bearer" + suffix, url, "token", "--auth", "bearer")
        self.add_profile("header" + suffix, url, "header", "--header", "X-Api-Key")
        return ["basic" + suffix, "bearer" + suffix, "header" + suffix]

    def window(self, profile):
        picture = self.folder / "settings.png"
        env = dict(self.env, QT_QPA_PLATFORM="offscreen")
        done = subprocess.run([BIN / "signalbox", "--profile", profile, "--page", "settings", "--screenshot",
                               picture, "--size", "1440x900"], env=env, capture_output=True, timeout=120, check=False)
        self.said += [done.stdout, done.stderr]
        self.assertTrue(picture.exists(), done.stderr[-2000:])

    def leaks(self):
        """Every place that holds a planted secret, as text."""
        places = [(f"output {i}", text) for i, text in enumerate(self.said)]
        for path in self.folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                places.append((str(path), path.read_bytes()))
        for i, request in enumerate(self.foreign.seen):
            places.append((f"foreign host, request {i}", request))
        for run in self.all_runs():
            places.append((f"run {run.info.run_id}", json.dumps(run.to_dictionary()).encode()))
        return [f"{kind} in {where}" for kind, secret in self.planted.items()
                for where, content in places if any(form in content for form in forms_of(secret))]

    def test_the_search_finds_what_is_planted(self):
        before = list(self.said)
        for form in forms_of(self.planted["token"]):
            self.said.append(b"x" + form + b"x")
            self.assertEqual(len(self.leaks()), 1)
            self.said[:] = before

    def test_no_secret_leaves_its_place(self):
        user = urllib.parse.quote(self.planted["urlinfo"], safe="")
        good = self.add_profiles("-good", self.upstream)
        bad = self.add_profiles("-bad", self.refusing.url)
        away = self.add_profiles("-away", self.redirecting.url)
        for name in good:
            self.expect(0, "--profile", name, "status")
            self.expect(0, "--profile", name, "--json", "experiments", "list")
            self.expect(0, "profile", "test", name)
        for name in bad:
            self.expect(1, "--profile", name, "--json", "experiments", "list")
            self.expect(1, "profile", "test", name)
            self.run_ctl("--profile", name, "status")
        for name in away:
            done = self.expect(1, "--profile", name, "--json", "experiments", "list")
            self.assertEqual(json.loads(done.stdout)["error"]["kind"], "Redirect")
            self.run_ctl("profile", "test", name)
        self.expect(0, "--tracking-uri", self.upstream.replace("//", f"//ann:{user}@"), "--json", "status")
        self.run_ctl("--tracking-uri", self.refusing.url.replace("//", f"//ann:{user}@"), "experiments", "list")
        self.run_ctl("--tracking-uri", f"ftp://ann:{user}@host", "status")
        login = dict(self.env, MLFLOW_TRACKING_USERNAME="ann", MLFLOW_TRACKING_PASSWORD=self.planted["password"])
        for server in (self.upstream, self.refusing.url, self.redirecting.url):
            self.run_ctl("--tracking-uri", server, "runs", "list", "-e", "Default", env=login)
        token = dict(self.env, MLFLOW_TRACKING_TOKEN=self.planted["token"])
        for server in (self.upstream, self.refusing.url, self.redirecting.url):
            self.run_ctl("--tracking-uri", server, "artifacts", "list", "0" * 32, env=token)
        self.expect(0, "profile", "list")
        self.expect(0, "--json", "profile", "show", "basic-good")
        self.window("basic-good")
        self.window("bearer-bad")
        self.assertEqual(self.foreign.seen, [])
        self.assertEqual(self.leaks(), [])
        for kind in ("password", "token", "header", "urlinfo"):
            forms = forms_of(self.planted[kind])
            self.assertTrue(any(form in request for request in self.refusing.seen for form in forms), kind)

    def test_what_is_recorded_and_what_waits_holds_no_secret(self):
        lines = '{"metric":"kept","value":0.5}\n{"param":"lr","value":0.1}\n'
        good = self.add_profiles("-kept", self.upstream)
        waiting = self.add_profiles("-refused", self.refusing.url) + self.add_profiles("-sent-on", self.redirecting.url)
        for name in good + waiting:
            record = ("--json", "--profile", name, "record", "-e", "kept", "--flush-seconds", "1")
            self.expect(0, *record, typed=lines)
            for command in (("status",), ("list",), ("flush", "--json")):
                self.expect(0 if name in good or command[0] != "flush" else 3,
                            "--profile", name, "--timeout", "3", "journal", *command)
            self.expect(0, "--profile", name, "exec", "-e", "kept", "--", "sh", "-c", "echo done")
        user = urllib.parse.quote(self.planted["urlinfo"], safe="")
        env = dict(self.env, MLFLOW_TRACKING_URI=self.upstream.replace("//", f"//ann:{user}@"))
        self.expect(0, "exec", "-e", "kept", "--", "true", "--password", self.planted["urlinfo"], env=env)
        data = self.folder / "kept.csv"
        data.write_text("a,b,label\n" + "".join(f"{i % 7},{i * 0.5},{i % 3 > 0}\n" for i in range(120)))
        self.expect(0, "train", "--data", str(data), "--target", "label", "--algorithm", "LogisticRegression",
                    "--trials", "0", "--register", "kept", env=env)
        self.assertGreater(len(self.all_runs()), 5)
        self.assertEqual(self.foreign.seen, [])
        self.assertEqual(self.leaks(), [])

    def test_the_password_of_a_proxy_goes_to_the_proxy_alone(self):
        proxy = secret_servers.proxy()
        upstream = secret_servers.guarded(self.upstream, lambda _headers: True)
        for server in (proxy, upstream):
            self.addCleanup(server.stop)
        login = base64.b64encode(f"ann:{self.planted['proxy']}".encode())
        self.expect(0, "profile", "add", "proxied", "--url", upstream.url, "--proxy",
                    f"127.0.0.1:{proxy.port}", "--proxy-user", "ann")
        self.expect(0, "profile", "login", "proxied", "--proxy-password", typed=self.planted["proxy"] + "\n")
        self.expect(0, "--profile", "proxied", "--json", "experiments", "list")
        self.expect(0, "profile", "show", "proxied")
        self.assertTrue(any(login in request for request in proxy.seen))
        self.assertTrue(upstream.seen)
        before = len(proxy.seen)
        address = f"http://ann:{urllib.parse.quote(self.planted['proxy'], safe='')}@127.0.0.1:{proxy.port}"
        away = self.redirecting.url.replace("127.0.0.1", "mlflow.invalid")
        self.run_ctl("--tracking-uri", away, "experiments", "list", env=dict(self.env, HTTP_PROXY=address))
        self.assertTrue(any(login in request for request in proxy.seen[before:]))
        self.expect(6, "profile", "add", "typed", "--url", upstream.url, "--proxy", address)
        self.assertFalse(any(login in request for request in upstream.seen))
        self.assertEqual(self.leaks(), [])

    def test_what_was_refused_goes_on_once_the_secret_is_right(self):
        wanted = "Basic " + base64.b64encode(f"ann:{self.planted['password']}".encode()).decode()
        server = secret_servers.guarded(self.upstream, lambda headers: headers.get("Authorization") == wanted)
        self.addCleanup(server.stop)
        self.expect(0, "profile", "add", "guarded", "--url", server.url, "--user", "ann", "--secret-stdin",
                    typed="not-the-right-one\n")
        self.expect(0, "--json", "--profile", "guarded", "record", "-e", "guarded", "--flush-seconds", "1",
                    typed='{"metric":"loss","value":0.5,"step":1}\n')
        self.assertFalse(any("loss" in run.data.metrics for run in self.all_runs()))
        self.expect(0, "profile", "login", "guarded", typed=self.planted["password"] + "\n")
        self.expect(0, "--profile", "guarded", "journal", "flush")
        self.assertTrue(any("loss" in run.data.metrics for run in self.all_runs()))
        self.expect(0, "--profile", "guarded", "--json", "experiments", "list")
        self.assertEqual(self.leaks(), [])

    def test_a_client_key_behind_a_passphrase(self):
        context = secret_servers.tls_context(self.certificates, wants_client=True)
        server = secret_servers.guarded(self.upstream, lambda _headers: True, context)
        self.addCleanup(server.stop)
        file = lambda name: str(self.certificates / name)
        self.expect(0, "profile", "add", "tls", "--url", server.url, "--ca-file", file("ca.pem"),
                    "--client-cert", file("client.pem"), "--client-key", file("client.enc.key"))
        done = self.expect(1, "--json", "profile", "test", "tls")
        self.assertEqual(json.loads(done.stdout)["error"]["api_code"], "TLS_CLIENT_KEY")
        self.expect(0, "profile", "login", "tls", "--key-passphrase", typed=self.planted["phrase"] + "\n")
        done = self.expect(0, "--json", "profile", "test", "tls")
        self.assertEqual({s["name"]: s["state"] for s in json.loads(done.stdout)["steps"]}["tls"], "ok")
        self.expect(0, "profile", "add", "open", "--url", server.url, "--insecure")
        warned = self.run_ctl("--profile", "open", "--json", "status")
        self.assertIn("not checked", warned.stderr)
        self.assertTrue(json.loads(warned.stdout)["connection"]["insecure"])
        self.assertEqual(self.leaks(), [])

    def test_removing_a_profile_removes_its_entry(self):
        self.add_profile("gone", self.upstream, "token", "--auth", "bearer")
        known = json.loads((self.folder / "home" / "profiles.json").read_text())["profiles"]
        entry = next(p["id"] for p in known if p["name"] == "gone")
        self.assertTrue(self.keyring_has(entry))
        self.expect(0, "profile", "remove", "gone")
        self.assertFalse(self.keyring_has(entry))

    def test_zz_a_locked_keychain_is_an_error_of_its_own(self):
        self.add_profile("locked", self.upstream, "token", "--auth", "bearer")
        self.keyring.unlock("not the password")
        try:
            done = self.expect(1, "--json", "--profile", "locked", "experiments", "list")
            error = json.loads(done.stdout)["error"]
            self.assertEqual(error["api_code"], "KEYCHAIN_LOCKED")
            self.assertIn("Unlock", error["hint"])
        finally:
            self.keyring.unlock(KEYRING_PASSWORD)
        self.expect(0, "--profile", "locked", "--json", "experiments", "list")

    def test_zz_a_keychain_that_does_not_answer_costs_three_seconds(self):
        self.add_profile("silent", self.upstream, "token", "--auth", "bearer")
        os.kill(self.keyring.daemon.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            done = self.expect(1, "--json", "--profile", "silent", "experiments", "list")
            self.assertLess(time.monotonic() - began, 8)
            self.assertEqual(json.loads(done.stdout)["error"]["api_code"], "KEYCHAIN_SILENT")
            self.expect(0, "--json", "--profile", "silent", "journal", "status")
        finally:
            os.kill(self.keyring.daemon.pid, signal.SIGCONT)

    def test_zz_without_a_keychain_the_secret_is_not_kept(self):
        bare = {k: v for k, v in self.env.items() if k not in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")}
        done = self.expect(1, "--json", "profile", "add", "bare", "--url", self.upstream, "--auth", "bearer",
                           "--secret-stdin", typed=self.planted["token"] + "\n", env=bare)
        self.assertEqual(json.loads(done.stdout)["error"]["api_code"], "KEYCHAIN_UNAVAILABLE")
        self.assertEqual(self.leaks(), [])

    def keyring_has(self, entry):
        ask = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets",
               "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.SearchItems",
               f"dict:string:string:user,{entry}"]
        done = subprocess.run(ask, env=self.env, capture_output=True, text=True, check=True)
        return "object path" in done.stdout


if __name__ == "__main__":
    os.environ.setdefault("SIGNALBOX_BIN_DIR", str(BIN))
    unittest.main()
