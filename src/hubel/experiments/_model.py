"""A model: what a run came to, ready to be used."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from hubel.data import Resize, read_image
from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.experiments._atomic import write_whole
from hubel.experiments._folder import RunFolder
from hubel.experiments._nets import normalization
from hubel.experiments._onnx import as_onnx
from hubel.experiments._parameters import read_net
from hubel.experiments._run import read_json, settings_of
from hubel.gates._softmax import softmax
from hubel.nn import Normalize, Sequential, describe, predict_scores, summary

Array = np.ndarray[Any, Any]
Picture = str | os.PathLike[str]
Images = Array | Picture | Sequence[Picture]
"""Pixels, or the files of one picture or of several."""


@dataclass(frozen=True)
class Guess:
    """What a model takes an image for.

    Attributes
    ----------
    label : int
        The number of the class.
    name : str
        Its name.
    score : float
        What the net gave it.
    probability : float or None
        From 0 to 1; None for the SVM's loss, whose scores are no probabilities.
    """

    label: int
    name: str
    score: float
    probability: float | None


@dataclass(frozen=True, eq=False)
class Model:
    """A trained net with everything that its use needs; `load` makes it.

    Attributes
    ----------
    net : Sequential
        Takes uint8 images, gives scores.
    class_names : tuple of str
        By label.
    image_shape : tuple of int
        (height, width, channels) of an image.
    loss : str
        ``"softmax"`` or ``"svm"``, which it was trained with.
    resize : str
        What happens to pictures of another size, as in `data.image_folder`; that of
        the training.

    Examples
    --------
    >>> import tempfile
    >>> from hubel import data, experiments
    >>> settings = experiments.TrainSettings(images=100, hidden=(8,), epochs=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = experiments.train(settings, out=f"{folder}/run")
    ...     model = load(f"{folder}/run")
    >>> model
    Model of 32x32x3 images in 10 classes: 2-layer net, 1 hidden layer: 3072-8-10, ...
    >>> images = data.tenshapes(20, 1)[0].images
    >>> model.predict(images).shape, model.predict_proba(images).shape
    ((20,), (20, 10))
    >>> len(model.top(images, 3)[0])
    3
    """

    net: Sequential
    class_names: tuple[str, ...]
    image_shape: tuple[int, ...]
    loss: str
    resize: Resize

    @property
    def mean(self) -> Array:
        """What is taken from the pixels first, float32 of the image's shape.

        Of a net behind features, from these.
        """
        return self._normalize.mean

    @property
    def scale(self) -> Array:
        """What they are multiplied with then."""
        return self._normalize.scale

    @property
    def _normalize(self) -> Normalize:
        return normalization(self.net)

    def scores(self, images: Images) -> Array:
        """Return the scores of every class.

        Parameters
        ----------
        images : array of uint8, shape (n, height, width, channels), or path or paths
            Pixels from 0 to 255, not normalised: the net does that; or PNG and JPEG
            files, which are brought to the model's size as `resize` says.

        Returns
        -------
        array of float32, shape (n, classes)

        Raises
        ------
        DTypeError, ShapeError
            If an array is none of such images.
        DataError
            If a file is no picture that can be read.
        """
        return predict_scores(self.net, self.pixels(images))

    def predict_proba(self, images: Images) -> Array:
        """Return the probability of every class, shape (n, classes).

        Parameters and errors are those of `scores`, and:

        Raises
        ------
        OptionError
            If the net was trained with the SVM's loss.
        """
        if self.loss == "svm":
            raise OptionError(
                "a net that was trained with the SVM's loss gives no probabilities",
                remedy="Use its scores; or train with --loss softmax.",
            )
        return softmax(self.scores(images))

    def predict(self, images: Images) -> Array:
        """Return the label of the highest score, int64 of shape (n,).

        Parameters and errors are those of `scores`; of equal scores the first wins.
        """
        return self.scores(images).argmax(axis=1).astype(np.int64)

    def top(self, images: Images, count: int = 5) -> list[tuple[Guess, ...]]:
        """Return the classes of the highest scores, the highest first.

        Parameters
        ----------
        images
            As in `scores`.
        count : int
            How many for each image, from 1; all where there are fewer classes.
        """
        if count < 1:
            raise OptionError(
                f"the first {count} classes", remedy="Give a number from 1."
            )
        scores = self.scores(images)
        sure = None if self.loss == "svm" else softmax(scores)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :count]
        return [
            tuple(
                Guess(
                    label,
                    self.class_names[label],
                    float(scores[row, label]),
                    None if sure is None else float(sure[row, label]),
                )
                for label in cast("list[int]", labels.tolist())
            )
            for row, labels in enumerate(order)
        ]

    def read(self, file: Picture, *, resize: Resize | None = None) -> Array:
        """Read a picture as the model takes it: uint8 of its image's shape.

        Parameters
        ----------
        file : path
            A PNG or JPEG file.
        resize : str, optional
            As in `data.image_folder`; that of the model when left out.

        Raises
        ------
        DataError
            If it cannot be read, or has another size where that is an error.
        """
        height, width, channels = self.image_shape
        how = resize or self.resize
        return read_image(file, size=(height, width), channels=channels, resize=how)

    def to_onnx(self, path: str | os.PathLike[str]) -> float | None:
        """Write the model as an ONNX file, preprocessing included.

        The file takes ``images`` (uint8, any number of them) and gives
        ``probabilities`` (or ``scores``, for the SVM's loss) and ``labels`` as plain
        tensors. In its metadata are ``class_names`` (JSON), ``image_range``,
        ``description`` and ``hubel``, the version.

        Parameters
        ----------
        path : path
            What it holds is replaced at the end, whole or not at all.

        Returns
        -------
        float or None
            How far onnxruntime's probabilities are from the model's own at most, on 100
            images drawn with the training's mean and spread (scores: in proportion to
            the largest one); None where it is not installed.

        Raises
        ------
        ExportError
            If a part of the net has no form in ONNX, or that difference is above 1e-6,
            times the largest score where that is above 1.
        OptionError
            If onnx-ir is not installed: it is in the extra ``onnx``.
        RunError
            If the file cannot be written.
        """
        content, difference = as_onnx(
            self.net, self.class_names, self.image_shape, self.loss
        )
        write_whole(Path(path), content)
        return difference

    def summary(self, *, batch: int = 100) -> str:
        """Return a table of the net's layers, see `nn.summary`.

        Parameters
        ----------
        batch : int
            Images at once, for which memory and operations are counted.
        """
        images = np.broadcast_to(np.uint8(0), (batch, *self.image_shape))
        return summary(self.net, images)

    def pixels(self, images: Images) -> Array:
        """Return images as one array that the net takes."""
        if isinstance(images, np.ndarray):
            self._check(images)
            return images
        several = isinstance(images, Iterable) and not isinstance(images, str)
        files = cast("Iterable[object]", images if several else [images])
        pixels = [self._read_file(file) for file in files]
        return np.array(pixels, np.uint8).reshape(-1, *self.image_shape)

    def _read_file(self, file: object) -> Array:
        """Read a picture; refuse what is no path, such as an array in a list."""
        if isinstance(file, str | os.PathLike):
            return self.read(cast("Picture", file))
        raise DTypeError(
            f"a picture of type {type(file).__name__}, where a path is needed",
            remedy="Give pixels as one array of uint8, several as np.stack(images).",
        )

    def _check(self, images: Array) -> None:
        """Refuse what looks like an image and is none that the net was trained on."""
        if images.dtype != np.uint8:
            raise DTypeError(
                f"images of dtype {images.dtype}, where uint8 from 0 to 255 is needed",
                remedy="Give the pixels as they are in the file; the net normalises "
                "them itself.",
            )
        if images.shape[1:] != self.image_shape:
            shape = "x".join(map(str, self.image_shape))
            raise ShapeError(
                f"images of shape {images.shape}, where (n, height, width, channels) "
                f"with {shape} is needed",
                remedy="Give one image as image[np.newaxis]; a file instead of an "
                "array is brought to the size.",
            )

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.image_shape))
        count = len(self.class_names)
        return f"Model of {shape} images in {count} classes: {describe(self.net)}"


def load(run: str | os.PathLike[str], *, best: bool = False) -> Model:
    """Load the model that a run came to.

    Parameters
    ----------
    run : path
        The folder that `train` or ``hubel train`` wrote.
    best : bool
        Take the net of the epoch with the highest validation accuracy, not the last.

    Raises
    ------
    RunError
        If the folder is not that of a run, or one of its files is missing or damaged.
    """
    files = RunFolder(Path(run))
    settings = settings_of(files.config, read_json(files.config))
    saved = read_net(files.best if best else files.parameters)
    return Model(
        saved.net,
        saved.class_names,
        saved.spec.image_shape,
        settings.loss,
        settings.resize,
    )
