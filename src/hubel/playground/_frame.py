"""What a page draws, as one binary message: a header and named sections of numbers.

All numbers are little-endian. The header is 40 bytes: the magic word ``HBL1``, the
kind (uint16), flags (uint16), the sequence number (uint32), the number of the
configuration (uint32), the step (uint64), the loss of the data and the penalty (float32
each), how many sections follow (uint16) and padding. A section is 16 bytes (its number,
its dtype, rows, columns and channels as uint16, padding, its bytes as uint32) and then
its numbers, padded to 8 bytes so that a page can read them where they lie.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_HEAD: Final = struct.Struct("<4sHHIIQffHHI")
_SECTION: Final = struct.Struct("<HHHHHHI")
MAGIC: Final = b"HBL1"
SECTIONS: Final = {
    "raster": 1,
    "grid": 2,
    "places": 3,
    "units": 4,
    "trace": 5,
    "image": 6,
    "gradient": 7,
    "glyphs": 8,
}
"""The numbers of sections by name."""
DTYPES: Final = {np.dtype(np.uint8): 1, np.dtype(np.float32): 2}


@dataclass(frozen=True)
class Frame:
    """One picture of a session.

    Attributes
    ----------
    kind : int
        The room: 1 points, 2 cells, 3 images.
    sequence : int
        Counts the frames of a session; the page acknowledges it when it has drawn.
    epoch : int
        The number of the configuration, so that a page drops frames of an older net.
    step : int
        Steps of training so far.
    loss, penalty : float
        Of the training points, apart.
    sections : mapping of str to array
        uint8 or float32, of shape (rows, columns) or (rows, columns, channels).
    flags : int
        1: the net is being trained.
    """

    kind: int
    sequence: int
    epoch: int
    step: int
    loss: float
    penalty: float
    sections: Mapping[str, NDArray[Any]]
    flags: int = 0

    def pack(self) -> bytes:
        """Return the bytes that are sent."""
        parts = [
            _HEAD.pack(
                MAGIC,
                self.kind,
                self.flags,
                self.sequence,
                self.epoch,
                self.step,
                self.loss,
                self.penalty,
                len(self.sections),
                0,
                0,
            )
        ]
        for name, array in self.sections.items():
            rows, columns, channels = (*array.shape, 1)[:3]
            numbers = np.ascontiguousarray(array).astype(
                array.dtype.newbyteorder("<"), copy=False
            )
            data = numbers.tobytes()
            head = SECTIONS[name], DTYPES[array.dtype], rows, columns, channels, 0
            parts += [_SECTION.pack(*head, len(data)), data, bytes(-len(data) % 8)]
        return b"".join(parts)


def unpack(data: bytes) -> Frame:
    """Read what `Frame.pack` wrote; the page does the same in its own language.

    Raises
    ------
    ValueError
        If the bytes are not a frame.

    Examples
    --------
    >>> frame = Frame(1, 7, 2, 100, 0.5, 0.01, {"raster": np.eye(3, dtype=np.uint8)})
    >>> unpack(frame.pack()).sections["raster"].tolist()
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    """
    magic, kind, flags, sequence, epoch, step, loss, penalty, count, _, _ = (
        _HEAD.unpack_from(data)
    )
    if magic != MAGIC:
        raise ValueError("not a frame")
    names = {number: name for name, number in SECTIONS.items()}
    dtypes = {number: dtype for dtype, number in DTYPES.items()}
    at = _HEAD.size
    sections: dict[str, NDArray[Any]] = {}
    for _ in range(count):
        number, dtype, rows, columns, channels, _, size = _SECTION.unpack_from(data, at)
        at += _SECTION.size
        numbers = np.frombuffer(data[at : at + size], dtypes[dtype].newbyteorder("<"))
        shape = (rows, columns) if channels == 1 else (rows, columns, channels)
        sections[names[number]] = numbers.reshape(shape)
        at += size + -size % 8
    return Frame(kind, sequence, epoch, step, loss, penalty, sections, flags)
