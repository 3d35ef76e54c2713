"""Large files that grow piece by piece, and get their names once all are whole."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from hubel.experiments._atomic import sync_folder, unwritable


class Drafts:
    """Files that belong together, written under other names within a ``with`` block.

    At its end all of them get their names, the main one last, so that where it is, all
    of the others are too, and whole. After an error nothing is left, and what an
    earlier process left that was killed is deleted at the beginning.

    Parameters
    ----------
    main : Path
        The file whose name says that all are there.
    *others : Path
        In the same folder.

    Raises
    ------
    RunError
        If a file cannot be written.
    """

    def __init__(self, main: Path, *others: Path) -> None:
        self._main = main
        self._drafts = {
            path: path.with_name(f".{path.name}.{os.getpid()}.tmp")
            for path in (*others, main)
        }

    def __getitem__(self, path: Path) -> Path:
        """Return the name under which a file is written."""
        return self._drafts[path]

    def __enter__(self) -> Drafts:
        for path in self._drafts:
            for old in path.parent.glob(f".{_literal(path.name)}.*.tmp"):
                old.unlink(missing_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._publish()
        except OSError as problem:
            raise unwritable(self._main, problem) from problem
        finally:
            for draft in self._drafts.values():
                draft.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unwritable(self._main, error) from error

    def _publish(self) -> None:
        """Bring all files to the disk, then give them their names."""
        for draft in self._drafts.values():
            with draft.open("rb+") as file:
                os.fsync(file.fileno())
        self._main.unlink(missing_ok=True)  # it would not belong to the new others
        for path, draft in self._drafts.items():
            draft.replace(path)
        sync_folder(self._main.parent)


def _literal(name: str) -> str:
    """Return the pattern that matches a name alone."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
