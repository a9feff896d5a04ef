# SPDX-License-Identifier: GPL-3.0-or-later
"""A session bus and a real gnome-keyring of one's own."""
import shutil
import subprocess
import time


def is_available():
    return all(shutil.which(tool) for tool in ("dbus-daemon", "gnome-keyring-daemon", "openssl"))


class Keyring:
    """Bus and daemon in `folder`, which is the HOME of everything that uses them."""

    def __init__(self, folder, env):
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        self.env = dict(env, HOME=str(folder), XDG_RUNTIME_DIR=str(runtime))
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            self.env.pop(name, None)
        self.bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1"],
                                    env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.bus.stdout.readline().strip()
        self.daemon = None

    def unlock(self, password):
        """Starts the daemon; a wrong password leaves an existing keyring locked."""
        self.stop_daemon()
        self.daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            env=self.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.daemon.stdin.write(password.encode())
        self.daemon.stdin.close()
        self._await_name()

    def _await_name(self):
        ask = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
               "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"]
        for _ in range(100):
            done = subprocess.run(ask, env=self.env, capture_output=True, text=True, check=False)
            if "boolean true" in done.stdout:
                return
            time.sleep(0.05)
        raise AssertionError("gnome-keyring did not take its name on the bus")

    def stop_daemon(self):
        if self.daemon:
            self.daemon.terminate()
            self.daemon.wait(10)
            self.daemon = None

    def stop(self):
        self.stop_daemon()
        self.bus.terminate()
        self.bus.wait(10)
        self.bus.stdout.close()


