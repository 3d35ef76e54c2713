"""PNG files from arrays, with nothing but zlib.

Source: Portable Network Graphics (PNG) Specification, Second Edition, W3C 2003.
"""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubel.errors import DTypeError, ShapeError

_COLOR_TYPE = {1: 0, 3: 2, 4: 6}
"""Channels -> the colour type of section 11.2.2: grey, RGB, RGB and opacity."""


def png_bytes(image: NDArray[Any]) -> bytes:
    r"""Return an image as the bytes of a PNG file.

    Parameters
    ----------
    image : numpy.ndarray of uint8
        Shape (h, w) or (h, w, 1) for grey, (h, w, 3) for red, green, blue, or
        (h, w, 4) with opacity; h and w at least 1.

    Returns
    -------
    bytes
        Equal images give equal bytes with the same zlib.

    Raises
    ------
    DTypeError
        When the image is not of uint8.
    ShapeError
        When the shape is none of those.

    Examples
    --------
    >>> import numpy as np
    >>> png_bytes(np.zeros((2, 3), np.uint8))[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    pixels = _checked(image)
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOR_TYPE[channels], 0, 0, 0)
    # Filter type 0 (section 9) before each row: what is drawn here is small or noisy.
    rows = np.zeros((height, 1 + width * channels), np.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    body = zlib.compress(rows.tobytes(), 9)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def data_uri(image: NDArray[Any]) -> str:
    """Return an image as a ``data:`` address that holds all of it.

    Parameters
    ----------
    image : numpy.ndarray of uint8
        As `png_bytes` takes it.

    Examples
    --------
    >>> import numpy as np
    >>> data_uri(np.zeros((2, 3, 3), np.uint8))[:22]
    'data:image/png;base64,'
    """
    return "data:image/png;base64," + base64.b64encode(png_bytes(image)).decode("ascii")


def _checked(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the image as (h, w, channels), or say what is wrong with it."""
    if image.dtype != np.uint8:
        raise DTypeError(
            f"a picture needs uint8 numbers from 0 to 255, not {image.dtype}.",
            remedy="Scale it, then: image.round().clip(0, 255).astype(np.uint8)",
        )
    pixels = image[:, :, None] if image.ndim == 2 else image
    if pixels.ndim != 3 or pixels.shape[2] not in _COLOR_TYPE or pixels.size == 0:
        raise ShapeError(
            f"a picture has shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), "
            f"each at least 1; this array has {image.shape}.",
            remedy="Planes first, (c, h, w)? Then: image.transpose(1, 2, 0)",
        )
    return pixels


def _chunk(kind: bytes, body: bytes) -> bytes:
    """Return one chunk: length, kind, body and check sum (section 5.3)."""
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)
