"""Files of named arrays: every check comes before memory is allocated for its sake.

A file is safetensors (https://github.com/huggingface/safetensors, "Format"): the
length of a header, the header in JSON, the bytes of the arrays. What hubel has to say
about them is JSON again, in one entry of the header's metadata: safetensors writes
several in an order that changes each time, and equal contents are to give equal files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from hubel.errors import RunError

_LARGEST_HEADER = 2**20
_MOST_ARRAYS = 10_000
_ENTRY = "hubel"
_DTYPES = {"float32": "F32", "float64": "F64"}

Values = Mapping[str, Any]
Arrays = Mapping[str, np.ndarray[Any, np.dtype[Any]]]


@dataclass(frozen=True)
class Kind:
    """What a file should be, in the words of an error.

    Attributes
    ----------
    name : str
        Such as "a net that hubel saved".
    remedy : str
        What to do where it is something else.
    """

    name: str
    remedy: str

    def refusal(self, path: Path, reason: str) -> RunError:
        """Return the error for a file that is something else."""
        return RunError(f"{path}: not {self.name}: {reason}", remedy=self.remedy)


@dataclass(frozen=True, eq=False)
class TensorFile:
    """A file whose header has been read, and of its arrays nothing yet.

    Attributes
    ----------
    told : mapping
        What hubel said about the arrays when it wrote them.
    entries : mapping
        The dtype and shape of each array as the file says, not yet believed.
    """

    path: Path
    kind: Kind
    content: bytes
    told: Values
    entries: Values

    def refusal(self, reason: str) -> RunError:
        """Return the error for a file that is not what it should be."""
        return self.kind.refusal(self.path, reason)

    def compare(self, expected: Arrays) -> None:
        """Refuse a file whose arrays are not exactly of these names and kinds."""
        if set(self.entries) != set(expected):
            raise self.refusal("its arrays are not those of its net")
        for name, array in expected.items():
            wanted = (_DTYPES[array.dtype.name], list(array.shape))
            entry = self.entries[name]
            if (_field(entry, "dtype"), _field(entry, "shape")) != wanted:
                raise self.refusal(
                    f"{name} is not {array.dtype} of shape {array.shape}, as its net "
                    "needs"
                )

    def arrays(self) -> Arrays:
        """Return the arrays, which safetensors checks once more."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            return load(self.content)
        except SafetensorError as error:
            raise self.refusal(str(error)) from None


def as_tensors(arrays: Arrays, told: Values) -> bytes:
    """Return the content of a file."""
    from safetensors.numpy import save

    contiguous = {k: np.asarray(array, order="C") for k, array in arrays.items()}
    return save(contiguous, {_ENTRY: json.dumps(told)})


def read_tensors(path: Path, kind: Kind, *, largest: int) -> TensorFile:
    """Read a file up to its header.

    Parameters
    ----------
    path : Path
    kind : Kind
        What it should be.
    largest : int
        The bytes that it may have.

    Raises
    ------
    RunError
        If it cannot be read, is larger, or does not begin as it should.
    """
    try:
        size = path.stat().st_size
        if size > largest:
            raise kind.refusal(path, f"{size:,} bytes are more than any of them has")
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RunError(f"{path}: cannot be read: {reason}") from error
    header = _header(path, kind, content)
    try:
        told = json.loads(header.pop("__metadata__")[_ENTRY])
    except (KeyError, TypeError, ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise kind.refusal(path, "its metadata are damaged")
    return TensorFile(path, kind, content, cast("Values", told), header)


def _header(path: Path, kind: Kind, content: bytes) -> dict[str, Any]:
    """Return the header: what arrays there are, and the metadata."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or not 2 <= length <= min(_LARGEST_HEADER, len(content) - 8):
        raise kind.refusal(path, "it does not begin with a header")
    try:
        header = json.loads(content[8 : 8 + length])
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise kind.refusal(path, "its header is not JSON")
    named = cast("dict[str, Any]", header)
    if len(named) > _MOST_ARRAYS:
        raise kind.refusal(path, f"{len(named):,} arrays are more than any of them has")
    return named


def _field(entry: Any, name: str) -> Any:
    """Return a field of an entry of the header; None if there is none."""
    return cast("dict[str, Any]", entry).get(name) if isinstance(entry, dict) else None
