"""The IDX format of MNIST: a header of sizes, then numbers; plain or gzipped."""

from __future__ import annotations

import os
import zlib
from math import prod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hubel.data._files import LARGEST_FILE, read_whole
from hubel.errors import DataError

#: Third byte of the magic number -> what the file holds, big-endian.
_DTYPES = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
_MOST_DIMENSIONS = 8
_GZIP = b"\x1f\x8b"
#: No deflate stream unpacks to more than this many bytes a byte (zlib's "Technical
#: Details"), so a header that promises more than that is wrong before unpacking it.
_MOST_INFLATION = 1032


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read one IDX file.

    Parameters
    ----------
    path : path
        A file such as ``train-images-idx3-ubyte``, plain or gzipped; which of them,
        its first bytes tell.

    Returns
    -------
    numpy.ndarray
        The numbers in the machine's byte order, with the shape of the header.

    Raises
    ------
    DataError
        If the file is missing, has another magic number, or is longer or shorter
        than its header says. The header is compared with the size of the file before
        anything is allocated or unpacked.

    Notes
    -----
    The format is from http://yann.lecun.com/exdb/mnist/: two zero bytes, a code for
    the type, the number of dimensions, each size as a big-endian 32-bit number, then
    the numbers in C order, big-endian.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    ...     read_idx(path)
    array([7, 2, 1], dtype=uint8)
    """
    path = Path(path)
    data = read_whole(path)
    zipped = data.startswith(_GZIP)
    source = _Unzipping(data, path) if zipped else _Plain(data)
    dtype, shape = _read_header(source, path)
    size = prod(shape) * dtype.itemsize
    most = len(data) * _MOST_INFLATION if zipped else len(data)
    if size > min(most, LARGEST_FILE):
        raise DataError(
            f"{path}: the header promises {size:,} bytes of shape {shape}, which a "
            f"file of {len(data):,} bytes cannot hold"
        )
    body = source.take(size)
    if len(body) < size or source.take(1):
        found = f"only {len(body):,}" if len(body) < size else "more"
        raise DataError(
            f"{path}: the header promises {size:,} bytes of shape {shape}; {found} "
            "follow it"
        )
    numbers = np.frombuffer(body, dtype).reshape(shape)
    return numbers.astype(dtype.newbyteorder("="))


class _Source(Protocol):
    """Bytes that are taken from the front."""

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes, or fewer if no more come."""
        ...


class _Plain:
    """The bytes as they are."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes, or fewer at the end."""
        start, self._position = self._position, self._position + count
        return self._data[start : self._position]


class _Unzipping:
    """The contents of a gzip file, unpacked no further than they are asked for.

    zlib takes a count of 0 for "no limit", so nobody may ask for that.
    """

    def __init__(self, data: bytes, path: Path) -> None:
        self._rest = data
        self._path = path
        self._machine = zlib.decompressobj(wbits=31)

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes, or fewer at the end of a sound file."""
        taken = b"" if self._machine.eof else self._unpack(count)
        if len(taken) < count:
            self._check_end()
        return taken

    def _unpack(self, count: int) -> bytes:
        """Return at most `count` more bytes of the stream."""
        try:
            taken = self._machine.decompress(self._rest, count)
        except zlib.error as error:
            raise DataError(f"{self._path}: damaged gzip file: {error}") from None
        self._rest = self._machine.unconsumed_tail
        return taken

    def _check_end(self) -> None:
        """Refuse a stream that ends early, or one that bytes follow."""
        if not self._machine.eof:
            raise DataError(f"{self._path}: the gzip file is cut off")
        if self._machine.unused_data:
            raise DataError(
                f"{self._path}: {len(self._machine.unused_data):,} bytes follow the "
                "end of the gzip stream",
                remedy="Unpack the file with gunzip.",
            )


def _read_header(source: _Source, path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Return the dtype and the shape that an IDX file begins with."""
    magic = source.take(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _DTYPES:
        raise DataError(
            f"{path}: begins with 0x{magic.hex()}, which is no IDX magic number (MNIST "
            "images begin with 0x00000803, labels with 0x00000801)"
        )
    if not 1 <= magic[3] <= _MOST_DIMENSIONS:
        raise DataError(
            f"{path}: has {magic[3]} dimensions, where 1 to {_MOST_DIMENSIONS} were "
            "expected"
        )
    sizes = source.take(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise DataError(f"{path}: ends inside its header")
    shape = tuple(int(size) for size in np.frombuffer(sizes, ">u4"))
    if 0 in shape:
        raise DataError(f"{path}: is empty: its header says shape {shape}")
    return _DTYPES[magic[2]], shape
