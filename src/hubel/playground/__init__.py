"""Pages in the browser that train, probe and show nets live, and their server."""

from hubel.playground._play import ROOMS, play

__all__ = ["ROOMS", "play"]
