"""A trained run that the rooms look at: its model, and the images of its test."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from hubel.data import Dataset, tenshapes
from hubel.errors import DataError
from hubel.experiments import Model, TrainSettings, load, load_run, read_data

_GENERATED = 1000


@dataclass(frozen=True, eq=False)
class Trained:
    """What the folder of a run gives the rooms.

    Attributes
    ----------
    model : Model
    samples : callable
        Returns the test set; raises a `DataError` where it cannot be read.
    """

    model: Model
    samples: Callable[[], Dataset]


def read_trained(run: str | os.PathLike[str], *, best: bool = False) -> Trained:
    """Read the folder of a run; its test set is read when it is first needed.

    Raises
    ------
    RunError
        If the folder is not that of a run, or one of its files is missing or damaged.
    """
    model, settings = load(run, best=best), load_run(run).settings

    @lru_cache(maxsize=1)
    def samples() -> Dataset:
        test = _test_set(settings)
        if test.images.shape[1:] != model.image_shape:
            raise DataError(
                f"The test images of {settings.data} have another size now."
            )
        return test

    return Trained(model, samples)


def _test_set(settings: TrainSettings) -> Dataset:
    """Read the images that a run was tested on, the first of them if generated."""
    if settings.data == "tenshapes":
        return tenshapes(0, _GENERATED)[1]
    place, how = settings.data_dir, settings.resize
    return read_data(settings.data, place, size=settings.size, resize=how)[1]
