"""The checkpoints of a run: when they are written, which are kept, which is read."""

from __future__ import annotations

import shutil
import time
import warnings
from pathlib import Path

from hubel.errors import RunError
from hubel.experiments._atomic import sync_folder, unwritable
from hubel.experiments._checkpoint import (
    Checkpoint,
    Frame,
    read_checkpoint,
    write_checkpoint,
)

_KEPT = 2
_EPOCH_SECONDS = 1.0
"""Seconds since the last checkpoint after which the end of an epoch is worth one: to
write it and to see it on the disk takes some hundredths."""


class Keeper:
    """Writes and reads the checkpoints of one run.

    Parameters
    ----------
    folder : Path
        Where they are; made when it is needed.
    frame : Frame
    every : float
        Seconds after which another one is due; at the end of an epoch after a second.
    """

    def __init__(self, folder: Path, frame: Frame, every: float) -> None:
        self.folder, self.frame = folder, frame
        self._every, self._last = every, time.monotonic()

    def due(self, *, whole_epoch: bool) -> bool:
        """Return whether it is time for another one."""
        wait = min(self._every, _EPOCH_SECONDS) if whole_epoch else self._every
        return time.monotonic() - self._last >= wait

    def write(self, checkpoint: Checkpoint) -> None:
        """Write one, and delete all but the last two.

        Raises
        ------
        RunError
            If it cannot be written; the earlier ones are then as they were.
        """
        at, frame = checkpoint.snapshot, self.frame
        done = (at.epoch - 1) * frame.steps + at.step
        path = self.folder / f"step-{done:012}.safetensors"
        try:
            if not self.folder.is_dir():
                self.folder.mkdir()
                sync_folder(self.folder.parent)
            write_checkpoint(path, checkpoint, frame)
            for old in self.paths()[_KEPT:]:
                old.unlink()
        except OSError as error:
            raise unwritable(path, error) from error
        self._last = time.monotonic()

    def paths(self) -> list[Path]:
        """Return the files, the last one first."""
        return sorted(self.folder.glob("step-*.safetensors"), reverse=True)

    def last(self) -> Checkpoint | None:
        """Return the last one that is sound; None where there is none at all.

        What is damaged is put aside under another name, and a warning says so.

        Raises
        ------
        RunError
            If there are some, and none is sound.
        """
        damaged: list[tuple[Path, RunError]] = []
        for path in self.paths():
            try:
                found = read_checkpoint(path, self.frame)
            except RunError as error:
                damaged.append((path, error))
                continue
            self._put_aside(damaged, path)
            return found
        if damaged:
            raise damaged[0][1]
        return None

    def _put_aside(self, damaged: list[tuple[Path, RunError]], sound: Path) -> None:
        """Keep damaged files from counting as the last ones, and tell of them."""
        for path, error in damaged:
            warnings.warn(
                f"{error.problem}; going on from the one before it, {sound.name}",
                RuntimeWarning,
                stacklevel=2,
            )
            path.replace(path.with_suffix(".damaged"))

    def clear(self) -> None:
        """Delete them all, when the run is at its end and nothing can go on."""
        shutil.rmtree(self.folder, ignore_errors=True)
