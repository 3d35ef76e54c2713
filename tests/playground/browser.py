"""A server in a thread whose rooms a test can look into, and a browser to ask it."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import uvicorn

from hubel.playground._points_room import PointsRoom
from hubel.playground._server import Desk, application, bind, names

CHROMIUM = os.environ.get("HUBEL_CHROMIUM") or shutil.which("chromium") or ""


class Served:
    """The address of a server, and the rooms that it has made."""

    def __init__(self, port, token):
        self.origin = f"http://127.0.0.1:{port}"
        self.address = f"{self.origin}/#t={token}"
        self.rooms = []


@contextmanager
def serving(makers=None):
    """Serve rooms in a thread: that of points, or what is made by name."""

    def noting(make):
        def made():
            served.rooms.append(make())
            return served.rooms[-1]

        return made

    makers = makers or {"points": PointsRoom}
    desk = Desk({name: noting(make) for name, make in makers.items()})
    listening = bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    served = Served(port, desk.token)
    config = uvicorn.Config(
        application(desk, names("127.0.0.1", port)),
        log_level="critical",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield served
    finally:
        server.should_exit = True
        thread.join(20)


class Visit:
    """A page that is open, what it said in its console, and what it asked for."""

    def __init__(self, page, served):
        self.page, self.served = page, served
        self.said, self.asked = [], []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("websocket", lambda socket: self.asked.append(socket.url))

    def open(self, more=""):
        """Open the page, and wait for its first frame."""
        self.page.goto(self.served.address + more)
        self.page.wait_for_selector("#room[data-seq]")
        self.room = self.served.rooms[-1]
        return self.page

    def state(self):
        """Return what the page's address says, after it has been written."""
        self.page.wait_for_timeout(450)
        found = parse_qs(urlsplit(self.page.url).fragment)
        return {name: values[0] for name, values in found.items()}

    def until(self, fulfilled, seconds=20):
        """Wait until something is so in the server."""
        eventually(self.page, fulfilled, seconds)

    def check(self):
        """Nothing in the console, nothing from elsewhere."""
        assert self.said == []
        hosts = {urlsplit(url).hostname for url in self.asked} - {None}
        assert hosts <= {"127.0.0.1"}


def eventually(page, fulfilled, seconds=20):
    """Wait until something is so; a page is drawn after the server is done."""
    for _ in range(int(seconds * 20)):
        if fulfilled():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never was so")


def tab_to(page, name, key="Tab"):
    """Press Tab until something of this name has the focus."""
    for _ in range(120):
        page.keyboard.press(key)
        focused = page.evaluate(
            "(e => e.ariaLabel || e.closest('label')?.innerText || e.innerText || '')"
            "(document.activeElement)"
        )
        if focused.startswith(name):
            return
    raise AssertionError(f"Tab never comes to {name!r}")


def learned(page):
    """Return the share of the points to learn from that the page says are right."""
    return float(page.locator(".tiles .big dd").first.inner_text().rstrip(" %–") or 0)


def touch(session, what, x=None, y=None):
    """Let a finger come down, move or leave."""
    at = [] if x is None else [{"x": x, "y": y}]
    event = {"type": f"touch{what}", "touchPoints": at}
    session.send("Input.dispatchTouchEvent", event)


def setting(room, name):
    return getattr(room.settings, name)


def places(visit):
    return visit.room.points.x.tolist()


def center(page):
    box = page.locator(".plane-canvas").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"]
