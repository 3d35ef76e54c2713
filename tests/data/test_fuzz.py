"""Damaged files of every format: our error or sound data, and nothing else."""

from __future__ import annotations

import gzip
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubel.data import Dataset, read_cifar10_binary, read_cifar10_python, read_idx
from hubel.data._opcodes import _REFUSED, _STEPS, read_values
from hubel.errors import DataError
from tests.data.python_batches import batch, sample
from tests.data.test_idx import idx

COUNT = 100_000 if os.environ.get("HUBEL_TEST_PROFILE") == "full" else 5_000


def mutants(data: bytes, count: int, *, spare: tuple[int, int]) -> Iterator[bytes]:
    """Yield damaged copies, mostly hurt outside the `spare` bytes, where pixels are."""
    rng = random.Random(0)
    places = [*range(spare[0]), *range(spare[1], len(data))]
    for _ in range(count):
        changed = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 5))):
            place = min(rng.choice(places), len(changed) - 1)
            kind = rng.randrange(5)
            if kind == 0:
                changed[place] = rng.randrange(256)
            elif kind == 1:
                changed[place] ^= 1 << rng.randrange(8)
            elif kind == 2:
                changed[place : place + rng.randrange(1, 9)] = b""
            elif kind == 3:
                source = rng.choice(places)
                changed[place:place] = data[source : source + rng.randrange(1, 30)]
            else:
                del changed[place + 1 :]
            changed = changed or bytearray(b"x")
        yield bytes(changed)


def binary_file() -> tuple[bytes, tuple[int, int]]:
    """Return a file of the binary version and where its pixels are."""
    planes, labels = sample(1)
    return bytes(labels) + planes.tobytes(), (3, 3070)


def python_file() -> tuple[bytes, tuple[int, int]]:
    """Return a file of the python version and where its pixels are."""
    planes, labels = sample(3)
    data = batch(planes, labels)
    start = data.index(planes.tobytes())
    return data, (start, start + planes.size)


def idx_file() -> tuple[bytes, tuple[int, int]]:
    """Return an IDX file."""
    return idx(np.arange(60, dtype=np.uint8).reshape(3, 4, 5)), (20, 70)


def gzip_file() -> tuple[bytes, tuple[int, int]]:
    """Return a gzipped IDX file."""
    return gzip.compress(idx_file()[0], mtime=0), (0, 0)


@pytest.mark.parametrize(
    ("build", "read"),
    [
        (binary_file, read_cifar10_binary),
        (python_file, read_cifar10_python),
        (idx_file, read_idx),
        (gzip_file, read_idx),
    ],
)
def test_a_damaged_file_is_refused_or_sound(
    tmp_path: Path,
    build: Callable[[], tuple[bytes, tuple[int, int]]],
    read: Callable[[Path], Dataset | np.ndarray],
) -> None:
    whole, spare = build()
    path = tmp_path / "file"
    refusals: list[DataError] = []
    for data in mutants(whole, COUNT, spare=spare):
        path.write_bytes(data)
        try:
            result = read(path)
        except DataError as error:
            refusals.append(error)
            continue
        if isinstance(result, Dataset):
            assert result.images.shape == (len(result), 32, 32, 3)
        else:
            assert result.nbytes <= 1032 * len(data)
    assert len(refusals) > COUNT // 10
    assert all(str(path) in error.problem for error in refusals)


def refusal(data: bytes) -> str:
    """Return how the interpreter refuses some opcodes, or nothing if it does not."""
    try:
        read_values(data, Path("batch"))
    except DataError as error:
        return error.problem
    return ""


def test_damaged_opcodes_are_refused_or_give_a_value() -> None:
    """The interpreter alone, without files, four times as often."""
    whole, spare = python_file()
    refusals = [refusal(data) for data in mutants(whole, 4 * COUNT, spare=spare)]
    assert sum(map(bool, refusals)) > COUNT
    assert all("at byte" in text for text in refusals if text)


@given(st.lists(st.sampled_from([*map(bytes, zip(_STEPS)), b"\0", b"\1", b".\n"])))
def test_any_row_of_known_opcodes_is_refused_or_gives_a_value(
    opcodes: list[bytes],
) -> None:
    text = refusal(b"".join(opcodes) + b".")
    assert not text or "at byte" in text


def test_every_opcode_is_known_or_refused_by_name() -> None:
    assert not set(_STEPS) & set(_REFUSED)
    assert len(_STEPS) + len(_REFUSED) + 1 == 68  # all of protocols 0 to 5, and STOP
