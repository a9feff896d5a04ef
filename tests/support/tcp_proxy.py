# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy between a client and a real server that loses, cuts, delays and replaces what the server answered."""
import gzip
import socket
import threading
import time


def read_message(sock):
    """One HTTP message with its body, as bytes; empty when the peer closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = sock.recv(65536)
        if not chunk:
            return b""
        data += chunk
    head, body = data.split(b"\r\n\r\n", 1)
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        chunk = sock.recv(65536)
        if not chunk:
            return b""
        body += chunk
    return head + b"\r\n\r\n" + body


def read_to_end(sock):
    data = b""
    while True:
        chunk = sock.recv(65536)
        if not chunk:
            return data
        data += chunk


def canned(status, body, kind="text/html", more=""):
    head = f"HTTP/1.1 {status} Spoilt\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


# What stands in for an answer; the server does not hear of the request.
INSTEAD = {
    "html": canned(200, b"<html><title>Sign in</title>Please.</html>"),
    "garbage": canned(200, b"\x00\xff\x7f{\"run\": ", "application/json"),
    "nan": canned(200, b'{"run": {"info": {"run_id": "x", "a": NaN}}}', "application/json"),
    "huge": canned(200, bytes(80_000_000), "application/json"),
    "bomb": canned(200, gzip.compress(bytes(80_000_000)), "application/json", "Content-Encoding: gzip\r\n"),
    "429": canned(429, b"slow down", "text/plain", "Retry-After: 1\r\n"),
    "503": canned(503, b"upstream is starting", "text/plain"),
}
# The same for a request that the server did carry out.
AFTERWARDS = {
    "500": canned(500, b"<html>Internal Server Error</html>"),
    "502": canned(502, b"<html>Bad Gateway</html>"),
    "types": canned(200, b'{"run": [7], "run_info": true, "experiment_id": {"a": 1}, "model_version": 3.5}',
                    "application/json"),
}


class FaultyProxy:
    """Passes each request on over a connection of its own, and then does `fault(path)` to the answer:
    None (pass it on), "drop" (close without a word), "reset", "half", "hang", "late" (half a second),
    "trickle", or one of INSTEAD and AFTERWARDS; "refuse" closes before the server hears of it. `passed`
    counts requests that the server got."""

    def __init__(self, host, port, fault):
        self._target = (host, port)
        self._fault = fault
        self.passed = []
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._closing.set()
        self._listener.close()

    def count(self, end):
        return sum(path.split("?")[0].endswith(end) for path in self.passed)

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            try:
                request = read_message(client)
                if request:
                    self._exchange(client, request)
            except OSError:
                pass  # the client gave up, which is its right

    def _exchange(self, client, request):
        head, body = request.split(b"\r\n\r\n", 1)
        path = head.split(b" ")[1].decode()
        fault = self._fault(path)
        if fault == "refuse":
            return
        if fault in INSTEAD:
            client.sendall(INSTEAD[fault])
            return
        # MLflow refuses host names that are not its own.
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"connection:", b"host:"))]
        lines.append(f"Host: {self._target[0]}:{self._target[1]}".encode())
        self.passed.append(path)
        with socket.create_connection(self._target) as server:
            server.sendall(b"\r\n".join(lines) + b"\r\nConnection: close\r\n\r\n" + body)
            answer = read_to_end(server)
        if fault == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        elif fault == "half":
            client.sendall(answer[:len(answer) - 5])
        elif fault == "hang":
            self._closing.wait(120)
        elif fault == "trickle":
            for at in range(0, len(answer), 16):
                time.sleep(0.01)
                client.sendall(answer[at:at + 16])
        elif fault in AFTERWARDS:
            client.sendall(AFTERWARDS[fault])
        elif fault != "drop":
            if fault == "late":
                time.sleep(0.5)
            client.sendall(answer)
