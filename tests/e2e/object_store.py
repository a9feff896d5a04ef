# SPDX-License-Identifier: GPL-3.0-or-later
"""An object store that speaks S3, run as a program of its own with the packages of requirements-objects.txt:
object_store.py PORT FOLDER. Writes each request to FOLDER/requests.jsonl. While FOLDER/refuse or FOLDER/hold
names a part's number, that part is refused, or waits for the file to go, when it comes over a signed address;
what the MLflow server sends by itself goes through."""
import json
import pathlib
import sys
import time
import urllib.parse


class Watched:
    """The store as a WSGI application, with a log of who asked for what."""

    def __init__(self, store, folder):
        self.store = store
        self.folder = folder

    def ordered(self, what, part):
        try:
            return part is not None and (self.folder / what).read_text() == part
        except OSError:
            return False

    def __call__(self, environ, start_response):
        query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
        signed = "X-Amz-Signature" in query
        self.note(environ, query, signed)
        part = query.get("partNumber") if signed else None
        while self.ordered("hold", part):
            time.sleep(0.02)
        if self.ordered("refuse", part):
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start_response("403 Forbidden", [("Content-Type", "application/xml")])
            return [b"<Error><Code>AccessDenied</Code></Error>"]
        return self.store(environ, start_response)

    def note(self, environ, query, signed):
        entry = {"method": environ["REQUEST_METHOD"], "path": environ["PATH_INFO"],
                 "part": query.get("partNumber"), "signed": signed,
                 "headers": {k: v for k, v in environ.items() if k.startswith("HTTP_")}}
        with open(self.folder / "requests.jsonl", "a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")


def main(port, folder):
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import run_simple
    store = DomainDispatcherApplication(create_backend_app)
    run_simple("127.0.0.1", port, Watched(store, folder), threaded=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), pathlib.Path(sys.argv[2]))
