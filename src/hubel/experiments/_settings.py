"""The settings of one training run, as one immutable value."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from hubel.data import Augmentation, Resize
from hubel.errors import OptionError
from hubel.experiments._defaults import Kind, defaults_for
from hubel.experiments._sources import FOLDER, SOURCES
from hubel.features import read_features
from hubel.nn import TrainConfig


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """Everything that decides what a training run does.

    Parameters
    ----------
    data : str
        ``"tenshapes"``, ``"mnist"``, ``"cifar10"``, or ``"folder"`` for pictures.
    data_dir : str, optional
        The folder of the data set's files; when left out, the one that the environment
        variable ``HUBEL_DATA`` names. Not for tenshapes, which is generated. The
        pictures of ``"folder"``, as `data.image_folders` takes them.
    size, resize
        What pictures in a folder are brought to, as in `data.image_folders`.
    images : int, optional
        How many images to begin with: the first of a file, or so many of tenshapes.
    validation : int, optional
        How many of them to set aside for validation; a tenth, at most 5,000, when left
        out, and 0 for none.
    conv : tuple of int
        Filters of each convolutional layer before the hidden ones, as in `nn.convnet`.
    features : str, optional
        What is computed of the pixels, to learn from that instead, as
        `features.read_features` takes it: ``"hog+hue"``. Training does not change it.
    hidden : tuple of int
        Neurons of each hidden layer; ``()`` is a linear classifier.
    activation : str
        One of `nn.ACTIVATIONS`.
    loss : str
        ``"softmax"`` or ``"svm"``.
    optimizer : str
        One of `nn.OPTIMIZERS`.
    momentum, schedule, seed
        As in `nn.TrainConfig`; the seed also decides the initial weights and the
        validation split, but never what tenshapes draws.
    epochs, batch_size, lr, l2, dropout
        As in `nn.TrainConfig` and `nn.mlp`; chosen for the data and the kind of net
        when left out.
    normalize : str, optional
        What of the pixels has a mean and a spread of its own, as in
        `nn.Normalize.of`; chosen for the data when left out.
    augment : str, optional
        What is done to the images anew in each epoch, as `data.Augmentation.of` reads
        it: ``"flip,shift,color"``.
    threads : int, optional
        How many threads matrix products use; when left out, what the environment
        variable ``HUBEL_THREADS`` says, or as many as NumPy likes.
    precision : str
        As in `nn.TrainConfig`.

    Examples
    --------
    >>> TrainSettings(data="mnist", hidden=(512, 256)).completed().batch_size
    128
    """

    data: str = "tenshapes"
    data_dir: str | None = None
    size: int | None = None
    resize: Resize = "error"
    images: int | None = None
    validation: int | None = None
    conv: tuple[int, ...] = ()
    features: str | None = None
    hidden: tuple[int, ...] = (100,)
    activation: str = "relu"
    loss: str = "softmax"
    optimizer: str = "sgd"
    momentum: float = 0.9
    schedule: str = "cosine"
    epochs: int | None = None
    batch_size: int | None = None
    lr: float | None = None
    l2: float | None = None
    dropout: float | None = None
    normalize: str | None = None
    seed: int = 0
    augment: str | None = None
    threads: int | None = None
    precision: str = "float32"

    def __post_init__(self) -> None:
        """Refuse what no default and no data could make good."""
        _require_name("data set", self.data, SOURCES)
        _require_name("loss", self.loss, ("softmax", "svm"))
        if self.images is not None and self.images < 2:
            raise OptionError(f"training on {self.images} images needs at least 2")
        _ = self._augmentation
        if self.features is not None:
            read_features(self.features)

    @property
    def _augmentation(self) -> Augmentation | None:
        return None if self.augment is None else Augmentation.of(self.augment)

    @property
    def _kind(self) -> Kind:
        if self.conv:
            return "convolutional"
        if self.features is not None:
            return "net on features" if self.hidden else "line on features"
        return "hidden" if self.hidden else "linear"

    def completed(self) -> TrainSettings:
        """Return these settings with everything chosen that was left out.

        Raises
        ------
        OptionError
            If a number is outside its range.
        """
        chosen = defaults_for(
            self.data,
            kind=self._kind,
            loss=self.loss,
            optimizer=self.optimizer,
        )
        missing = {
            field.name: getattr(chosen, field.name)
            for field in fields(chosen)
            if getattr(self, field.name) is None
        }
        whole = replace(self, **missing)
        whole.config()
        return whole

    def config(self) -> TrainConfig:
        """Return what the training loop takes of completed settings.

        A run that is saved has to give the same bits again.
        """
        given: dict[str, Any] = {
            field.name: getattr(self, field.name)
            for field in fields(TrainConfig)
            if hasattr(self, field.name)
        }
        given["augment"] = self._augmentation
        return TrainConfig(**given, deterministic=True)

    def notices(self) -> tuple[str, ...]:
        """Say which settings have no effect beside others, a sentence each."""
        said: list[str] = []
        plain = TrainSettings()
        if self.optimizer == "adam" and self.momentum != plain.momentum:
            said.append("momentum has no effect: Adam has its own")
        if not (self.hidden or self.conv) and self.activation != plain.activation:
            said.append("the activation has no effect: there is no hidden layer")
        if not self.hidden and self.dropout:
            said.append("dropout has no effect: there is no hidden layer")
        if self.data != FOLDER and (self.size, self.resize) != (None, plain.resize):
            said.append("size and resize have no effect: they are for your own folders")
        return tuple(said)


def _require_name(kind: str, name: str, known: Any) -> None:
    """Refuse a name that is not among the known ones."""
    if name not in known:
        raise OptionError(
            f"there is no {kind} {name!r} to train on",
            remedy=f"Choose {_either(known)}.",
        )


def _either(names: Any) -> str:
    """Write names as a choice."""
    *others, last = names
    return f"{', '.join(others)} or {last}"
