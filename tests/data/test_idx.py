"""IDX files: what is read, and what is refused before memory is taken for it."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hubel.data import read_idx
from hubel.errors import DataError

CODES = {"u1": 8, "i1": 9, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def header(code: int, shape: tuple[int, ...]) -> bytes:
    """Return the header of an IDX file."""
    sizes = b"".join(size.to_bytes(4, "big") for size in shape)
    return bytes([0, 0, code, len(shape)]) + sizes


def idx(array: np.ndarray[Any, Any]) -> bytes:
    """Return an array as an IDX file."""
    code = CODES[array.dtype.str[1:]]
    return (
        header(code, array.shape)
        + array.astype(array.dtype.newbyteorder(">")).tobytes()
    )


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("zipped", [False, True])
def test_every_type_is_read(tmp_path: Path, code: str, zipped: bool) -> None:
    array = np.random.default_rng(0).integers(0, 100, (3, 4, 5)).astype(code)
    path = tmp_path / "numbers"  # no ending: the first bytes tell
    path.write_bytes(gzip.compress(idx(array)) if zipped else idx(array))
    read = read_idx(path)
    assert read.dtype == array.dtype
    assert read.dtype.isnative
    assert read.flags.writeable
    assert np.array_equal(read, array)


GOOD = idx(np.arange(60, dtype=np.uint8).reshape(3, 4, 5))


DAMAGED = {
    "one short": (GOOD[:-1], r"promises 60 bytes of shape \(3, 4, 5\); only 59 follow"),
    "much short": (GOOD[:20], "which a file of 20 bytes cannot hold"),
    "one over": (GOOD + b"x", "promises 60 bytes .*more follow"),
    "half a header": (GOOD[:14], "ends inside its header"),
    "half a magic number": (GOOD[:3], "begins with 0x000008"),
    "a PNG": (b"\x89PNG" + GOOD, "begins with 0x89504e47"),
    "unknown type": (b"\0\0\x0a\x01" + GOOD, "no IDX magic"),
    "no dimension": (header(8, ()), "0 dimensions"),
    "nine dimensions": (header(8, (1,) * 9), "9 dimensions"),
    "nothing": (header(8, (0, 2**32 - 1, 2**32 - 1)), "is empty"),
    "astronomical": (header(0x0E, (2**32 - 1,) * 8) + bytes(99), "cannot hold"),
    "gzip: two bytes": (b"\x1f\x8b", "cut off"),
    "gzip: no header": (b"\x1f\x8b" + bytes(50), "damaged gzip"),
    "gzip: no length": (gzip.compress(GOOD)[:-4], "cut off"),
    "gzip: no end": (gzip.compress(GOOD)[:-20], "cut off"),
    "gzip: no checksum": (gzip.compress(GOOD)[:-8] + bytes(8), "damaged gzip"),
    "gzip: bytes after": (gzip.compress(GOOD) + b"xyz", "3 bytes follow the end"),
    "gzip: one over": (gzip.compress(GOOD + b"x"), "more follow"),
    "gzip: one short": (gzip.compress(GOOD[:-1]), "only 59 follow"),
    "gzip: half a header": (gzip.compress(GOOD[:9]), "ends inside its header"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused(tmp_path: Path, name: str) -> None:
    data, words = DAMAGED[name]
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(data)
    with pytest.raises(DataError, match=words) as caught:
        read_idx(path)
    assert str(path) in str(caught.value)


def refused_at_peak(path: Path, words: str) -> int:
    """Return how many bytes were allocated while a file was refused."""
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=words):
            read_idx(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_gzip_bomb_is_unpacked_no_further_than_its_header_says(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(header(8, (100,)) + bytes(100_000_000)))
    assert path.stat().st_size < 100_000
    assert refused_at_peak(path, "more follow") < 1_000_000


def test_a_header_that_promises_too_much_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "promise.gz"
    path.write_bytes(gzip.compress(header(8, (2**30,)) + bytes(1000)))
    assert refused_at_peak(path, "cannot hold") < 1_000_000
    path.write_bytes(header(8, (2**30,)) + bytes(1000))
    assert refused_at_peak(path, "cannot hold") < 1_000_000


def test_a_full_gzip_file_at_the_greatest_ratio_is_read(tmp_path: Path) -> None:
    path = tmp_path / "zeros.gz"
    path.write_bytes(gzip.compress(header(8, (20_000_000,)) + bytes(20_000_000)))
    assert not read_idx(path).any()
