"""Long texts, which a page sends in pieces."""

from __future__ import annotations

from typing import Final

from hubel.errors import OptionError
from hubel.playground._messages import LARGEST, Fields

LONGEST: Final = 4 * 2**20
"""Characters of all the pieces."""


class Pieces:
    """Collects the pieces of one text."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0

    def add(self, fields: Fields) -> str | None:
        """Add the piece of a message; return the text when its last piece is there.

        Examples
        --------
        >>> pieces = Pieces()
        >>> pieces.add(Fields({"first": True, "last": False, "text": "a,"}))
        >>> pieces.add(Fields({"first": False, "last": True, "text": "b"}))
        'a,b'
        """
        if fields.flag("first"):
            self._parts, self._length = [], 0
        self._parts.append(fields.text("text", LARGEST))
        self._length += len(self._parts[-1])
        if self._length > LONGEST:  # so are the pieces that still come
            self._parts = []
            raise OptionError(f"the file has more than {LONGEST:,} characters")
        if not fields.flag("last"):
            return None
        text, self._parts = "".join(self._parts), []
        return text
