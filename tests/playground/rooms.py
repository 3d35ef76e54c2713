"""A room that counts: what a session is, without a net."""

from __future__ import annotations

import numpy as np

from hubel.errors import OptionError
from hubel.playground._frame import Frame


class Counting:
    """Counts while it runs; every count is a frame."""

    def __init__(self):
        self.working = False
        self.stale = True
        self.count = 0
        self.seen = []

    def welcome(self):
        return {"type": "welcome", "state": {"count": 0}}

    def handle(self, message):
        self.seen.append(message)
        if message["type"] == "run":
            self.working = message["on"]
        elif message["type"] == "ask":
            return [{"type": "count", "count": self.count}]
        else:
            raise OptionError(f"no {message['type']}", remedy="ask")
        return []

    def work(self, seconds):
        self.count += 1
        self.stale = True
        return []

    def frame(self, sequence):
        self.stale = False
        raster = np.full((2, 3), self.count % 256, np.uint8)
        return Frame(1, sequence, 0, self.count, 0.5, 0.0, {"raster": raster}), []
