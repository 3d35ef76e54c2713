"""Rows of numbers, and what is known of each, as files that grow piece by piece."""

from __future__ import annotations

import csv
import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hubel.data._parquet import import_parquet
from hubel.experiments._drafts import Drafts
from hubel.experiments._featurize_source import UNKNOWN, Origin

Array = np.ndarray[Any, np.dtype[Any]]
Told = dict[str, Any]
"""What is known of all rows, as JSON can hold it; ``class_names`` by label."""

_GROUP = 2**24
"""About how many bytes a row group of a Parquet file has."""


def files_of(path: Path) -> tuple[Path, ...]:
    """Return the files beside a table that belong to it."""
    if path.suffix == ".parquet":
        return ()
    return path.with_suffix(".csv"), path.with_suffix(".json")


class NpyTable:
    """An array in a ``.npy`` file; beside it, a line of a CSV file for each row.

    It is written from the beginning to the end: the pages of a memory-mapped file would
    count as memory of the process. What is known of all rows is a JSON file.
    """

    def __init__(
        self, path: Path, drafts: Drafts, shape: tuple[int, int], told: Told
    ) -> None:
        origins, facts = (drafts[each] for each in files_of(path))
        facts.write_text(json.dumps(told, indent=1), encoding="utf-8")
        self._names: list[str] = told["class_names"]
        self._rows = drafts[path].open("wb")
        header = {"descr": "<f4", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self._rows, header)
        self._origins = origins.open(
            "w", encoding="utf-8", errors="backslashreplace", newline=""
        )
        self._lines = csv.writer(self._origins, lineterminator="\n")
        self._lines.writerow(["label", "class", "part", "file"])

    def add(self, rows: Array, origins: Sequence[Origin]) -> None:
        """Write some rows."""
        self._rows.write(rows.astype("<f4").tobytes())
        for origin in origins:
            known = origin.label != UNKNOWN
            name = self._names[origin.label] if known else ""
            self._lines.writerow([origin.label, name, origin.part, origin.file])

    def close(self) -> None:
        """Write what is left."""
        self._rows.close()
        self._origins.close()


class ParquetTable:
    """A Parquet file with the columns features, label, class, part and file.

    What is known of all rows is JSON in the metadata of the schema, under ``hubel``.
    """

    def __init__(
        self, path: Path, drafts: Drafts, shape: tuple[int, int], told: Told
    ) -> None:
        parquet = import_parquet()
        self._arrow: Any = importlib.import_module("pyarrow")
        arrow, width = self._arrow, shape[1]
        text = arrow.string()
        columns = [("label", arrow.int64()), ("class", text), ("part", text)]
        self._numbers = arrow.list_(arrow.float32(), width)
        self._schema = arrow.schema(
            [("features", self._numbers), *columns, ("file", text)],
            metadata={"hubel": json.dumps(told)},
        )
        self._names: list[str] = told["class_names"]
        self._file = parquet.ParquetWriter(drafts[path], self._schema)
        self._group = max(1, _GROUP // (4 * width))
        self._rows: list[Array] = []
        self._origins: list[Origin] = []

    def add(self, rows: Array, origins: Sequence[Origin]) -> None:
        """Write some rows, once there are enough for a group."""
        self._rows.append(rows)
        self._origins += origins
        if len(self._origins) >= self._group:
            self._write()

    def close(self) -> None:
        """Write what is left."""
        if self._origins:
            self._write()
        self._file.close()

    def _write(self) -> None:
        """Write a row group."""
        arrow, origins = self._arrow, self._origins
        flat = np.concatenate(self._rows).astype(np.float32).reshape(-1)
        names = [*self._names, None]  # the last one is that of an unknown class
        files = [o.file.encode("utf-8", "backslashreplace").decode() for o in origins]
        columns = [
            arrow.FixedSizeListArray.from_arrays(arrow.array(flat), type=self._numbers),
            arrow.array([origin.label for origin in origins]),
            arrow.array([names[origin.label] for origin in origins], arrow.string()),
            arrow.array([origin.part for origin in origins]),
            arrow.array(files),
        ]
        self._file.write_table(arrow.table(columns, schema=self._schema))
        self._rows, self._origins = [], []


Table = NpyTable | ParquetTable

TABLES: dict[str, type[Table]] = {
    ".npy": NpyTable,
    ".parquet": ParquetTable,
}
"""By the ending of a file's name."""
