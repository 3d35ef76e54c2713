"""The server of the pages: files over HTTP, the rest over one WebSocket a page."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import anyio
from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from hubel.errors import HubelError, OptionError
from hubel.playground._guard import Guard
from hubel.playground._messages import LARGEST, parse
from hubel.playground._worker import Reply, Room, Worker, refused

VERSION: Final = 1
SESSIONS: Final = 16
_HELLO: Final = 5.0
"""Seconds in which the first message has to come."""
_IDLE: Final = 1800.0
"""Seconds without a message after which a page is let go."""
_RATE: Final = 200
"""Messages a second; a page that sends more waits."""
STATIC: Final = Path(str(files("hubel.playground") / "static"))

Rooms = Mapping[str, Callable[[], Room]]


@dataclass
class Desk:
    """Takes in pages: checks their first message and gives each a worker.

    Parameters
    ----------
    rooms : mapping of str to callable
        What makes each room.
    token : str
        What the first message of a page has to carry.
    """

    rooms: Rooms
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    sessions: int = 0

    async def serve(self, page: WebSocket) -> None:
        """Talk to one page until it goes."""
        await page.accept()
        try:
            room = await self._hello(page)
        except (TimeoutError, WebSocketDisconnect, HubelError, KeyError):
            await _close(page, 4401, "the first message was not the one of our page")
            return
        if self.sessions >= SESSIONS:
            await _close(page, 4429, f"{SESSIONS} pages are open; close one of them")
            return
        self.sessions += 1
        try:
            await _talk(page, self.rooms[room])
        finally:
            self.sessions -= 1

    async def _hello(self, page: WebSocket) -> str:
        """Read the first message; return the room that it asks for."""
        with anyio.fail_after(_HELLO):
            message = parse(await _text(page))
        token = message.get("token")
        text = token if isinstance(token, str) else ""
        given = text.encode("utf-8", "surrogatepass")
        fine = hmac.compare_digest(given, self.token.encode())
        if not fine or message["type"] != "hello" or message.get("version") != VERSION:
            raise OptionError("a wrong first message")
        room = message.get("room", next(iter(self.rooms)))
        if not isinstance(room, str) or room not in self.rooms:
            raise OptionError("there is no such room")
        return room


async def _talk(page: WebSocket, make: Callable[[], Room]) -> None:
    """Carry mail between a page and its worker until either ends."""
    loop = asyncio.get_running_loop()
    out: asyncio.Queue[Reply | bytes] = asyncio.Queue()

    def post(reply: Reply | bytes) -> None:
        try:
            loop.call_soon_threadsafe(out.put_nowait, reply)
        except RuntimeError:  # the server has ended
            worker.stop()

    worker = Worker(make, post)
    worker.start()
    try:
        async with anyio.create_task_group() as group:

            async def until_the_end(work: Awaitable[None]) -> None:
                with suppress(WebSocketDisconnect, TimeoutError, HubelError):
                    await work
                group.cancel_scope.cancel()

            group.start_soon(until_the_end, _send(page, out))
            group.start_soon(until_the_end, _read(page, worker, out))
    finally:
        worker.stop()
    await _close(page, 1000, "")


async def _read(
    page: WebSocket, worker: Worker, out: asyncio.Queue[Reply | bytes]
) -> None:
    """Hand the messages of a page to its worker, no faster than a person needs."""
    allowed, before = float(_RATE), time.monotonic()
    while True:
        with anyio.fail_after(_IDLE):
            text = await _text(page)
        now = time.monotonic()
        allowed = min(allowed + (now - before) * _RATE, _RATE)
        before = now
        if allowed < 1:
            await asyncio.sleep((1 - allowed) / _RATE)
        allowed -= 1
        try:
            worker.give(parse(text))
        except HubelError as error:
            out.put_nowait(refused(error))


async def _send(page: WebSocket, out: asyncio.Queue[Reply | bytes]) -> None:
    """Send what the worker has posted."""
    while True:
        reply = await out.get()
        if isinstance(reply, bytes):
            await page.send_bytes(reply)
        else:
            await page.send_text(json.dumps(reply, allow_nan=False))


async def _text(page: WebSocket) -> str:
    """Return the next message; one that is binary is no message."""
    message: Any = await page.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    text = message.get("text")
    if not isinstance(text, str):
        raise OptionError("a message is text")
    return text


async def _close(page: WebSocket, code: int, reason: str) -> None:
    """Close, unless the page is gone already."""
    try:
        await page.close(code, reason)
    except (RuntimeError, WebSocketDisconnect):
        return


def application(desk: Desk, hosts: frozenset[str]) -> Guard:
    """Return the whole server as an ASGI application.

    Parameters
    ----------
    desk : Desk
        Takes in the pages.
    hosts : frozenset of str
        The names of this server with the port, such as ``127.0.0.1:8000``.
    """

    async def index(_request: Any) -> FileResponse:
        return FileResponse(STATIC / "index.html")

    routes = [
        Route("/", index),
        WebSocketRoute("/ws", desk.serve),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    return Guard(Starlette(routes=routes), hosts)


def names(host: str, port: int) -> frozenset[str]:
    """Return the names under which a server is asked for, as browsers write them."""
    local = {"127.0.0.1", "localhost", "[::1]"}
    shown = f"[{host}]" if ":" in host else host.lower()
    behind = "" if port == 80 else f":{port}"  # HTTP's own port is left out
    return frozenset(f"{name}{behind}" for name in {*local, shown})


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises
    ------
    OptionError
        If the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()  # a browser may ask before the server has begun
    except OSError as error:
        listening.close()
        raise OptionError(
            f"the port {port} of {host} cannot be used: {error.strerror}",
            remedy="leave --port out to take a free one",
        ) from None
    return listening


def run_server(desk: Desk, listening: socket.socket, hosts: frozenset[str]) -> None:
    """Serve until Ctrl-C."""
    import uvicorn

    config = uvicorn.Config(
        application(desk, hosts),
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=LARGEST,
        ws_max_queue=8,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(config).run(sockets=[listening])
