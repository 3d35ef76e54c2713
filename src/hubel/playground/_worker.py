"""A thread for each page: it trains, draws and answers; the server carries mail."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from hubel.errors import HubelError
from hubel.playground._frame import Frame

CREDITS: Final = 2
"""Frames that may be on their way before the page has drawn the first of them."""
_BETWEEN: Final = 1 / 30
"""Seconds between two frames, at least."""
_SLICE: Final = 0.012
"""Seconds of work between looks at the mail."""

Reply = dict[str, Any]
Post = Callable[[Reply | bytes], None]


class Room(Protocol):
    """What a page is connected to; one thread calls it, and nobody else."""

    @property
    def working(self) -> bool:
        """Whether there is work to do without being asked, such as training."""
        ...

    @property
    def stale(self) -> bool:
        """Whether something has changed since the last frame."""
        ...

    def welcome(self) -> Reply:
        """Return the first answer: the state, the limits, what there is to choose."""
        ...

    def handle(self, message: Reply) -> list[Reply]:
        """Do what a message asks for, and return the answers."""
        ...

    def work(self, seconds: float) -> list[Reply]:
        """Work for about so long, and return what there is to say."""
        ...

    def frame(self, sequence: int) -> tuple[Frame, list[Reply]]:
        """Return a picture of how things are, and the numbers beside it."""
        ...


class Worker:
    """Runs a room in a thread of its own.

    Parameters
    ----------
    make : callable
        Makes the room, in the thread.
    post : callable
        Takes what is sent to the page; called in the thread.
    """

    def __init__(self, make: Callable[[], Room], post: Post) -> None:
        self._make, self._post = make, post
        self._mail: queue.SimpleQueue[Reply | None] = queue.SimpleQueue()
        self._sent = self._drawn = 0
        self._last = 0.0
        self._thread = threading.Thread(
            target=self._run, name="hubel-play", daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def give(self, message: Reply) -> None:
        """Hand over a message of the page."""
        self._mail.put(message)

    def stop(self) -> None:
        """End, after what is being done now."""
        self._mail.put(None)

    def join(self, timeout: float) -> bool:
        """Wait for the end; return whether it came."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        """Run the room; if it breaks, its page is told and not left waiting."""
        try:
            self._serve(self._make())
        except Exception as error:
            fault = HubelError(
                f"the room has broken: {error!r}", remedy="Reload the page."
            )
            self._post(refused(fault))
            raise

    def _serve(self, room: Room) -> None:
        """Answer the page and work until it goes."""
        self._post(room.welcome())
        while True:
            try:
                wait = None if not self._busy(room) else 0.0
                if not self._read(room, wait):
                    return
                if room.working:
                    self._answer(room.work(_SLICE))
                elif room.stale:
                    self._pause(room)
                self._draw(room)
            except HubelError as error:
                self._answer([refused(error)])

    def _busy(self, room: Room) -> bool:
        """Whether there is something to do without new mail."""
        return room.working or (room.stale and self._may_draw())

    def _may_draw(self) -> bool:
        return self._sent - self._drawn < CREDITS

    def _pause(self, room: Room) -> None:
        """Wait until the next frame may be drawn, unless mail arrives."""
        left = self._last + _BETWEEN - time.monotonic()
        if left > 0 and self._may_draw():
            self._read(room, left)

    def _read(self, room: Room, wait: float | None) -> bool:
        """Read all the mail, at first waiting for some; False at the end."""
        block, timeout = wait != 0.0, wait or None
        while True:
            try:
                message = self._mail.get(block, timeout)
            except queue.Empty:
                return True
            if message is None:
                return False
            block, timeout = False, None
            if message["type"] == "ack":
                self._acknowledge(message)
            else:
                self._handle(room, message)

    def _acknowledge(self, message: Reply) -> None:
        """Note that the page has drawn a frame."""
        sequence = message.get("seq")
        if type(sequence) is int and self._drawn < sequence <= self._sent:
            self._drawn = sequence

    def _handle(self, room: Room, message: Reply) -> None:
        """Answer one message; a mistake in it is said, and changes nothing."""
        try:
            self._answer(room.handle(message))
        except HubelError as error:
            self._answer([{**refused(error), "about": str(message["type"])[:40]}])

    def _draw(self, room: Room) -> None:
        """Send a frame if the page is ready for one and something has changed."""
        now = time.monotonic()
        if room.stale and self._may_draw() and now - self._last >= _BETWEEN:
            self._last = now
            self._sent += 1
            frame, replies = room.frame(self._sent)
            self._answer(replies)
            self._post(frame.pack())

    def _answer(self, replies: list[Reply]) -> None:
        for reply in replies:
            self._post(reply)


def refused(error: HubelError) -> Reply:
    """Say what was wrong and what to do."""
    return {
        "type": "error",
        "problem": error.problem[:500],
        "remedy": (error.remedy or "")[:500],
    }
