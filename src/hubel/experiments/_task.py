"""What a run trains: the data in three parts, and the net before its first step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hubel.data import Dataset, Progress
from hubel.errors import OptionError
from hubel.experiments._nets import NetSpec, read_pixels
from hubel.experiments._settings import TrainSettings
from hubel.experiments._sources import FOLDER, read_data
from hubel.nn import Normalize, Sequential

_VALIDATION_SHARE, _MOST_VALIDATION = 10, 5_000


@dataclass(frozen=True, eq=False)
class Task:
    """Everything that a run starts from.

    Attributes
    ----------
    settings : TrainSettings
        Completed, the size of the validation part included.
    train, validation, test : Dataset
        The validation part may be empty.
    spec : NetSpec
    net : Sequential
        With initial weights; takes uint8 images.
    """

    settings: TrainSettings
    train: Dataset
    validation: Dataset
    test: Dataset
    spec: NetSpec
    net: Sequential

    @property
    def data(self) -> str:
        """What the data set is called: a folder of pictures by the folder's name."""
        folder = self.settings.data == FOLDER and self.settings.data_dir
        return Path(folder).resolve().name if folder else self.settings.data

    @property
    def notices(self) -> tuple[str, ...]:
        """What a user should know about the data and the settings."""
        data = (*self.train.notices, *self.test.notices)
        return (*data, *self.settings.notices())


def prepare(settings: TrainSettings, progress: Progress | None = None) -> Task:
    """Read the data, set the validation part aside and draw the net.

    Parameters
    ----------
    settings : TrainSettings
        Completed.
    progress : callable, optional
        As in `read_data`.

    Raises
    ------
    DataError, OptionError
        If the data cannot be read, or settings do not fit it.
    """
    whole, test = read_data(
        settings.data,
        settings.data_dir,
        settings.images,
        size=settings.size,
        resize=settings.resize,
        progress=progress,
    )
    return task_of(settings, whole, test)


def task_of(settings: TrainSettings, whole: Dataset, test: Dataset) -> Task:
    """Set the validation part aside and draw the net, on data that have been read."""
    count = settings.validation
    if count is None:
        count = min(len(whole) // _VALIDATION_SHARE, _MOST_VALIDATION)
    if count >= len(whole):
        raise OptionError(
            f"{count:,} of {len(whole):,} images for validation leave none to train on",
            remedy="Set fewer aside.",
        )
    train, validation = whole.split(count, settings.seed)
    complete = replace(settings, validation=count)
    spec = NetSpec(
        image_shape=train.images.shape[1:],
        conv=complete.conv,
        hidden=complete.hidden,
        classes=len(train.class_names),
        activation=complete.activation,
        dropout=complete.dropout or 0.0,
        features=complete.features,
    )
    normalize = Normalize.of(
        train.images,
        per=complete.normalize or "pixel",
        through=None if spec.features is None else read_pixels(spec.features),
    )
    net = spec.build(normalize, seed=complete.seed)
    return Task(complete, train, validation, test, spec, net)
