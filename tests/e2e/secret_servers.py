# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that want a login, repeat what they were told, or send callers elsewhere."""
import http.client
import http.server
import ssl
import threading
import urllib.parse

HOP_HEADERS = ("host", "connection", "accept-encoding")
OWN_HEADERS = ("content-length", "transfer-encoding", "connection", "date", "server")


class Server:
    """An HTTP server in a thread; keeps every request line and header it saw."""

    def __init__(self, answer, context=None):
        self.seen = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                outer.seen.append(f"{self.requestline}\n{self.headers}".encode() + body)
                status, headers, text = answer(self, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        scheme = "http"
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.port = self.server.server_address[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def refusing():
    """Says no and repeats the login in its words, as careless gateways do."""
    def answer(request, _body):
        said = request.headers.get("Authorization", "") + " " + request.headers.get("X-Api-Key", "")
        return 401, {"Content-Type": "text/plain", "X-Echo": said}, f"Login {said} is wrong".encode()
    return Server(answer)


def redirecting(target):
    return Server(lambda request, _body: (302, {"Location": target + request.path}, b""))


def foreign():
    return Server(lambda _request, _body: (200, {"Content-Type": "application/json"}, b"{}"))


def guarded(upstream, is_welcome, context=None):
    """Passes on to a real server whoever is welcome; answers 401 to others."""
    target = urllib.parse.urlsplit(upstream)

    def answer(request, body):
        if not is_welcome(request.headers):
            return 401, {"Content-Type": "text/plain"}, b"You are not authenticated."
        return passed_on(request, body, target.hostname, target.port, request.path, HOP_HEADERS)
    return Server(answer, context)


def based(upstream, base):
    """Knows a real server below `base` only, a path that the server never sees."""
    target = urllib.parse.urlsplit(upstream)

    def answer(request, body):
        if not request.path.startswith(base + "/"):
            return 404, {"Content-Type": "text/plain"}, b"Nothing is served here."
        path = request.path.removeprefix(base)
        return passed_on(request, body, target.hostname, target.port, path, HOP_HEADERS)
    return Server(answer)


def passed_on(request, body, host, port, path, unwanted):
    """What the real server answers to the same request."""
    connection = http.client.HTTPConnection(host, port, timeout=60)
    headers = {k: v for k, v in request.headers.items() if k.lower() not in unwanted}
    connection.request(request.command, path, body or None, headers)
    reply = connection.getresponse()
    text = reply.read()
    connection.close()
    return reply.status, {k: v for k, v in reply.getheaders() if k.lower() not in OWN_HEADERS}, text


def proxy():
    """Passes on whatever names a whole address, as a proxy does for plain http."""
    unwanted = HOP_HEADERS + ("proxy-connection", "proxy-authorization")

    def answer(request, body):
        target = urllib.parse.urlsplit(request.path)
        path = urllib.parse.urlunsplit(("", "", *target[2:]))
        try:
            return passed_on(request, body, target.hostname, target.port, path, unwanted)
        except OSError as problem:
            return 502, {"Content-Type": "text/plain"}, str(problem).encode()
    return Server(answer)


def tls_context(folder, wants_client):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    if wants_client:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(folder / "ca.pem")
    return context
