"""What a run began with: written down at its start, held against it when it goes on."""

from __future__ import annotations

import hashlib
import json
import warnings
import zlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from hubel.data import Dataset
from hubel.errors import RunError
from hubel.experiments._folder import RunFolder
from hubel.experiments._run import Values, read_json, settings_of
from hubel.experiments._settings import TrainSettings
from hubel.experiments._task import Task
from hubel.experiments._versions import versions
from hubel.nn import Training, describe
from hubel.scale import blas_threads


@dataclass(frozen=True, eq=False)
class Origin:
    """The configuration of a run.

    Attributes
    ----------
    path : Path
        The file.
    config : mapping
        What it holds.
    """

    path: Path
    config: Values

    @property
    def fingerprint(self) -> str:
        """A checksum of all of it."""
        text = json.dumps(self.config, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def made_with(self) -> Values:
        """What the bits depend on besides the settings and the data."""
        return {name: self.config[name] for name in ("backend", "threads", "versions")}

    @property
    def settings(self) -> TrainSettings:
        """The settings, completed."""
        return settings_of(self.path, self.config)

    @property
    def threads(self) -> int | None:
        """How many threads matrix products used, where that was known."""
        return self.config.get("threads")

    @property
    def products(self) -> dict[str, str]:
        """Who does which matrix products; nothing where that was not written down."""
        return self.config.get("products", {})

    def compare(self, task: Task, training: Training, products: dict[str, str]) -> None:
        """Refuse to go on where it would not come to the same bits.

        Raises
        ------
        RunError
            If the data or the backend are others.
        """
        if _images(task) != self.config.get("images"):
            raise RunError(
                f"{self.path}: the images of {task.settings.data} are not those that "
                "the run began with",
                remedy="Put the files back as they were, or start another run.",
            )
        backend = self.config.get("backend")
        if training.backend != backend:
            raise RunError(
                f"{self.path}: the run began on the backend {backend!r}, and here it "
                f"would go on with {training.backend!r}, which rounds differently",
                remedy=_BACKEND_REMEDIES.get(str(backend), "Start another run."),
            )
        if products != self.config.get("products", products):
            warnings.warn(
                f"{self.path}: the last bits may come out differently: some matrix "
                "products are done by other code here than when the run began",
                RuntimeWarning,
                stacklevel=2,
            )
        _compare_versions(self.path, self.config.get("versions"))


_BACKEND_REMEDIES = {
    "numpy": "Set the environment variable HUBEL_BACKEND=numpy and try again.",
    "llvm": "Take HUBEL_BACKEND=numpy away, or go on where native code can be made; "
    "`hubel.compile` warns with the reason where it cannot.",
}


def origin_of(
    task: Task, training: Training, folder: RunFolder, products: dict[str, str]
) -> Origin:
    """Return everything that decides what a run does that begins now."""
    settings = task.settings
    place = settings.data_dir
    absolute = replace(settings, data_dir=place and str(Path(place).resolve()))
    config: dict[str, Any] = {
        "format": 1,
        "description": describe(task.net),
        "settings": asdict(absolute),
        "net": task.spec.as_json(),
        "class_names": task.train.class_names,
        "images": _images(task),
        "threads": blas_threads(),
        "backend": training.backend,
        "products": products,
        "versions": versions(),
    }
    return Origin(folder.config, config)


def read_origin(folder: RunFolder) -> Origin:
    """Return what a run began with.

    Raises
    ------
    RunError
        If the folder is not that of a run.
    """
    return Origin(folder.config, read_json(folder.config))


def _images(task: Task) -> dict[str, int]:
    """Count the images of each part, and take a checksum of all of them."""
    parts = {"train": task.train, "validation": task.validation, "test": task.test}
    counts = {name: len(part) for name, part in parts.items()}
    return counts | {"crc32": _checksum(*parts.values())}


def _checksum(*parts: Dataset) -> int:
    """Return a checksum of images and labels: against mistakes, not against malice."""
    found = 0
    for part in parts:
        for array in (part.images, part.labels):
            found = zlib.crc32(np.ascontiguousarray(array).data, found)
    return found


def _compare_versions(path: Path, recorded: Any) -> None:
    """Warn where a run goes on with other versions than it began with."""
    now = versions()
    if recorded == now:
        return
    before = cast("Values", recorded if isinstance(recorded, dict) else {})
    other = ", ".join(
        f"{name} {before.get(name)} then and {version} now"
        for name, version in now.items()
        if before.get(name) != version
    )
    warnings.warn(
        f"{path}: the last bits may come out differently: {other}",
        RuntimeWarning,
        stacklevel=2,
    )
