"""A web server of the tests' own, on this machine, with every bad habit."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hubel.data._download import PUBLISHED, Published
from hubel.data._fetch import Remote


class Server(ThreadingHTTPServer):
    """Serves `files`; `habit` says how badly; `asked` has the range of each request."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.habit = ""
        self.asked: list[str | None] = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers one request in the server's habit."""

    server: Server

    def log_message(self, *words):
        """Keep the test's output clean."""

    def do_GET(self):
        wanted = self.headers["Range"]
        self.server.asked.append(wanted)
        body = self.server.files.get(self.path.lstrip("/"))
        habit = self.server.habit
        if body is None:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if start and habit == "refuses ranges":
            self.send_error(416)
            return
        if habit == "knows no ranges":
            start = 0
        self.send_response(206 if start else 200)
        if start:
            first = 5 if habit == "answers elsewhere" else start
            self.send_header("Content-Range", f"bytes {first}-/{len(body)}")
        if habit != "says no length":
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        rest = body[start:]
        if habit == "breaks off":
            rest = rest[:100_000]
        elif habit == "breaks off at once":
            rest = b""
        self.wfile.write(rest)


@contextmanager
def serving() -> Iterator[Server]:
    """Give a running server."""
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield running
        finally:
            running.shutdown()
            thread.join()


def publish(
    server: Server, patch: pytest.MonkeyPatch, name: str, files: dict[str, bytes]
) -> None:
    """Put files on the server as a data set's published ones."""
    remotes = tuple(
        Remote(key, len(body), hashlib.sha256(body).hexdigest())
        for key, body in files.items()
    )
    server.files = files
    home = PUBLISHED[name].home
    made = Published(server.url, home, remotes, PUBLISHED[name].members)
    patch.setitem(PUBLISHED, name, made)
