"""The third room: what a trained net makes of an image."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubel.data import Dataset
from hubel.errors import DataError, OptionError
from hubel.experiments import Model
from hubel.gates._softmax import softmax
from hubel.nn import describe
from hubel.playground._cell import picture
from hubel.playground._first_layer import first_filters
from hubel.playground._frame import Frame
from hubel.playground._insight import (
    Layer,
    edges,
    follow,
    map_pictures,
    slope,
    slope_picture,
    written,
)
from hubel.playground._messages import Fields
from hubel.playground._pieces import Pieces

Reply = dict[str, Any]
Bytes = NDArray[np.uint8]


class ImagesRoom:
    """One page's image, and a trained net that looks at it.

    Parameters
    ----------
    model : Model
    samples : callable
        Returns the test set that images can be taken from; raises a `DataError` where
        there is none.
    """

    working = False

    def __init__(self, model: Model, samples: Callable[[], Dataset]) -> None:
        self.model, self.stale = model, True
        self._samples, self._problem = _read(samples)
        self._pieces = Pieces()
        self.image: Bytes = np.full(model.image_shape, 128, np.uint8)
        self.sample: int | None = None
        self.label: int | None = None
        self.target: int | None = None
        self.layer = 0
        if self._samples is not None:
            self._take(0)
        self._handlers: dict[str, Callable[[Fields], list[Reply]]] = {
            "sample": self._show_sample,
            "pixels": self._show_pixels,
            "target": self._aim,
            "layer": self._look_at,
        }

    # What the worker asks ---------------------------------------------------------

    def welcome(self) -> Reply:
        """Return everything that a page needs to begin."""
        filters, units = first_filters(self.model)
        return {
            "type": "welcome",
            "room": "images",
            "model": describe(self.model.net),
            "classes": list(self.model.class_names),
            "shape": list(self.model.image_shape),
            "resize": self.model.resize,
            "samples": 0 if self._samples is None else len(self._samples),
            "why_none": self._problem,
            "filters": [picture(each) for each in filters],
            "units": units,
        }

    def handle(self, message: Reply) -> list[Reply]:
        """Do what a message asks for."""
        kind = message["type"]
        if kind not in self._handlers:
            raise OptionError(f"there is no message {kind[:40]!r}")
        fields = Fields({k: v for k, v in message.items() if k != "type"})
        replies = self._handlers[kind](fields)
        fields.end()
        self.stale = True
        return replies

    def work(self, seconds: float) -> list[Reply]:
        """Do nothing: the net has been trained."""
        return []

    def frame(self, sequence: int) -> tuple[Frame, list[Reply]]:
        """Push the image through; return the pictures and the numbers."""
        self.stale = False
        layers = follow(self.model, self.image)
        scores = layers[-1].values
        target = int(scores.argmax()) if self.target is None else self.target
        slopes = slope(self.model, self.image, target)
        shown = layers[min(self.layer, len(layers) - 1)]
        sections = {
            "image": self.image,
            "gradient": slope_picture(slopes),
            "units": map_pictures(shown),
        }
        if (glyphs := edges(self.image)) is not None:
            sections["glyphs"] = glyphs
        frame = Frame(3, sequence, 0, sequence, 0.0, 0.0, sections)
        return frame, [self._answer(layers, target, float(np.abs(slopes).max()))]

    # Numbers ----------------------------------------------------------------------

    def _answer(self, layers: list[Layer], target: int, steepest: float) -> Reply:
        """Return what the net says of the image."""
        told = [layer.as_json() for layer in layers]
        scores = layers[-1].values
        sure = None
        if self.model.loss != "svm":
            sure = np.nan_to_num(softmax(scores[None])[0]).round(6).tolist()
        return {
            "type": "answer",
            "sample": self.sample,
            "label": self.label,
            "scores": written(scores),
            "probabilities": sure,
            "target": target,
            "chosen": self.target,
            "steepest": float(f"{steepest:.3g}") if math.isfinite(steepest) else 0.0,
            "layers": told,
            "layer": min(self.layer, len(layers) - 1),
        }

    # Messages ---------------------------------------------------------------------

    def _show_sample(self, fields: Fields) -> list[Reply]:
        """Take an image of the test set."""
        if self._samples is None:
            raise OptionError(
                "there is no test set to take images from", remedy=self._problem
            )
        self._take(fields.whole("index", 0, len(self._samples) - 1))
        return []

    def _take(self, index: int) -> None:
        if self._samples is not None:
            self.image = self._samples.images[index]
            self.label = int(self._samples.labels[index])
            self.sample = index

    def _show_pixels(self, fields: Fields) -> list[Reply]:
        """Take an image of the visitor's, which the page has brought to the size."""
        text = self._pieces.add(fields)
        if text is None:
            return []
        shape = self.model.image_shape
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise OptionError("the pixels are not written in base64") from None
        if len(data) != math.prod(shape):
            raise OptionError(
                f"{len(data):,} bytes of pixels, where {math.prod(shape):,} are needed"
            )
        self.image = np.frombuffer(data, np.uint8).reshape(shape)
        self.label = self.sample = None
        return []

    def _aim(self, fields: Fields) -> list[Reply]:
        """Choose the class whose score is differentiated; -1 is the highest one's."""
        label = fields.whole("class", -1, len(self.model.class_names) - 1)
        self.target = None if label < 0 else label
        return []

    def _look_at(self, fields: Fields) -> list[Reply]:
        """Choose the layer whose maps are shown."""
        self.layer = fields.whole("layer", 0, len(self.model.net) - 1)
        return []


class EmptyRoom:
    """What the room of images is as long as there is no trained net."""

    working = False
    stale = False

    def welcome(self) -> Reply:
        """Say that there is none."""
        return {"type": "welcome", "room": "images", "model": None}

    def handle(self, message: Reply) -> list[Reply]:
        """Refuse everything."""
        raise OptionError(
            "there is no trained net here", remedy="Start with: hubel play RUN"
        )

    def work(self, seconds: float) -> list[Reply]:
        """Do nothing."""
        return []

    def frame(self, sequence: int) -> tuple[Frame, list[Reply]]:
        """Return an empty frame."""
        return Frame(3, sequence, 0, 0, 0.0, 0.0, {}), []


def _read(samples: Callable[[], Dataset]) -> tuple[Dataset | None, str]:
    """Return the test set; without one, why there is none."""
    try:
        found = samples()
    except DataError as error:
        return None, str(error)
    return (found, "") if len(found) else (None, "The test set is empty.")
