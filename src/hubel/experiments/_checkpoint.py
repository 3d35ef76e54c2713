"""A checkpoint: everything that the rest of a run depends on, as one file.

Every random number is a pure function of the seed and counters (`hubel.streams`), so
the epoch and the step stand for all random streams, and the file holds no generator.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hubel.experiments._atomic import write_whole
from hubel.experiments._tensors import (
    Arrays,
    Kind,
    TensorFile,
    Values,
    as_tensors,
    read_tensors,
)
from hubel.nn import Epoch, Snapshot, Tally
from hubel.tracing.tree import flatten, unflatten

_FORMAT = 1
_KIND = Kind(
    "a checkpoint of this run",
    "Go on from another one, or delete the folder of the checkpoints to begin anew.",
)
_COLUMNS = tuple(field.name for field in fields(Epoch))
_NONE = -math.inf
"""Stands for None among an epoch's numbers, none of which can be that."""


class Best(NamedTuple):
    """The epoch with the highest validation accuracy so far, the first of equals."""

    epoch: int
    accuracy: float


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where a run stands.

    Attributes
    ----------
    snapshot : Snapshot
        Parameters, the optimiser's state, and the counters.
    history : tuple of Epoch
        The records of the whole epochs.
    best : Best or None
        None before the first epoch, and without a validation part.
    seconds : float
        What the run took until here.
    """

    snapshot: Snapshot
    history: tuple[Epoch, ...]
    best: Best | None
    seconds: float


@dataclass(frozen=True, eq=False)
class Frame:
    """What all checkpoints of one run share, and the reader knows beforehand.

    Attributes
    ----------
    run : str
        A fingerprint of the run's configuration.
    names : tuple of str
        Of the parameters, in their order.
    blank : Snapshot
        From before the first step: the arrays that there are, their shapes and dtypes.
    epochs, steps : int
        Of the run, and of an epoch.
    made_with : mapping
        The backend, the threads and the versions, for people to read.
    """

    run: str
    names: tuple[str, ...]
    blank: Snapshot
    epochs: int
    steps: int
    made_with: Values

    def arrays(self, snapshot: Snapshot) -> dict[str, Any]:
        """Give every array of a snapshot its name in the file."""
        leaves, tree = flatten(snapshot.state)
        kept = dict(zip(tree.paths("optimizer"), leaves, strict=True))
        for name, array in zip(self.names, snapshot.params, strict=True):
            kept[f"parameters.{name}"] = array
        return kept


def write_checkpoint(path: Path, checkpoint: Checkpoint, frame: Frame) -> None:
    """Write a checkpoint, atomically.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    snapshot = checkpoint.snapshot
    arrays = {**frame.arrays(snapshot), "history": _table(checkpoint.history)}
    told = {
        "format": _FORMAT,
        "run": frame.run,
        "epoch": snapshot.epoch,
        "step": snapshot.step,
        "tally": snapshot.tally._asdict(),
        "best": checkpoint.best and checkpoint.best._asdict(),
        "seconds": checkpoint.seconds,
        "made_with": dict(frame.made_with),
    }
    told["sha256"] = _digest(told, arrays)
    write_whole(path, as_tensors(arrays, told))


def read_checkpoint(path: Path, frame: Frame) -> Checkpoint:
    """Return the checkpoint of a file that `write_checkpoint` wrote for the same run.

    Raises
    ------
    RunError
        If the file is missing or damaged, or belongs to another run.
    """
    expected = frame.arrays(frame.blank)
    most = sum(array.nbytes for array in expected.values())
    most += frame.epochs * len(_COLUMNS) * 8 + 2**21
    file = read_tensors(path, _KIND, largest=most)
    try:
        if file.told["format"] != _FORMAT:
            raise ValueError(f"its format {file.told['format']!r} is not {_FORMAT!r}")
        if file.told["run"] != frame.run:
            raise ValueError("it was made with other settings than config.json has")
        # After its last step training stands at the beginning of one epoch more.
        epoch = _whole(file.told["epoch"], 1, frame.epochs + 1)
        step = _whole(file.told["step"], 0, frame.steps * (epoch <= frame.epochs))
        # The record of an epoch is made before a checkpoint counts its last step.
        whole = epoch - (step < frame.steps)
        expected["history"] = np.empty((whole, len(_COLUMNS)))
        file.compare(expected)
        arrays = _checked(file)
        return Checkpoint(
            _snapshot(file, frame, arrays, epoch, step),
            _history(arrays["history"]),
            _best(file.told["best"], whole),
            _number(file.told["seconds"]),
        )
    except (KeyError, TypeError):
        raise file.refusal("its metadata are damaged") from None
    except ValueError as error:
        raise file.refusal(str(error)) from None


def check_file(path: Path) -> None:
    """Refuse a file that is not, byte for byte, what some run wrote.

    Raises
    ------
    RunError
        If it is missing or damaged.
    """
    file = read_tensors(path, _KIND, largest=2**32)
    try:
        _checked(file)
    except (KeyError, TypeError, ValueError) as error:
        raise file.refusal(str(error)) from None


def _digest(told: Values, arrays: Arrays) -> str:
    """Return the checksum of all that a file says but the checksum."""
    rest = {key: value for key, value in told.items() if key != "sha256"}
    sha = hashlib.sha256(json.dumps(rest, sort_keys=True).encode())
    for name in sorted(arrays):
        sha.update(f"\n{name}\n".encode())
        sha.update(np.asarray(arrays[name], order="C").data)
    return sha.hexdigest()


def _checked(file: TensorFile) -> Arrays:
    """Return the arrays, if they are those that were written."""
    arrays = file.arrays()
    if _digest(file.told, arrays) != file.told["sha256"]:
        raise ValueError("its checksum does not fit its content")
    return arrays


def _snapshot(
    file: TensorFile, frame: Frame, arrays: Arrays, epoch: int, step: int
) -> Snapshot:
    """Return where training stands."""
    params = tuple(arrays[f"parameters.{name}"] for name in frame.names)
    if not all(np.isfinite(array).all() for array in params):
        raise ValueError("a parameter is not finite")
    _, tree = flatten(frame.blank.state)
    state = unflatten(tree, [arrays[path] for path in tree.paths("optimizer")])
    told = file.told["tally"]
    correct = None if told["correct"] is None else _whole(told["correct"], 0)
    tally = Tally(_number(told["loss"]), correct, _whole(told["examples"], 0))
    return Snapshot(epoch, step, params, state, tally)


def _table(history: Sequence[Epoch]) -> Any:
    """Return the records of epochs as numbers, one a row."""
    rows = [[_NONE if x is None else x for x in astuple(epoch)] for epoch in history]
    return np.array(rows, np.float64).reshape(-1, len(_COLUMNS))


def _history(table: Any) -> tuple[Epoch, ...]:
    """Return the records of a table, one a row."""
    if not np.array_equal(table[:, 0], np.arange(1, len(table) + 1)):
        raise ValueError("its epochs are not in order")
    rows: Sequence[Sequence[float]] = table[:, 1:].tolist()
    return tuple(
        Epoch(at, *(None if x == _NONE else x for x in row))  # pyright: ignore[reportArgumentType]
        for at, row in enumerate(rows, 1)
    )


def _best(told: Any, epochs: int) -> Best | None:
    """Return the best epoch of the whole ones."""
    if told is None:
        return None
    return Best(_whole(told["epoch"], 1, epochs), _number(told["accuracy"]))


def _whole(value: Any, least: int, most: int = 2**62) -> int:
    """Return a whole number within its limits."""
    if type(value) is not int or not least <= value <= most:
        raise ValueError("one of its counters cannot be")
    return value


def _number(value: Any) -> float:
    """Return a number."""
    if type(value) is not float:
        raise ValueError("one of its numbers is none")
    return value
