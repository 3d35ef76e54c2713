"""A net with its preprocessing and its answers as an ONNX file."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from hubel.experiments._versions import versions
from hubel.gates._softmax import softmax
from hubel.nn import Module, Normalize, Sequential, describe, static
from hubel.onnx import to_onnx, verify
from hubel.streams import stream

Array = np.ndarray[Any, Any]

CLOSE = 1e-6
"""How far another program's results may be from ours, where scores are at most 1."""
_IMAGES, _NUMBERS = 100, 2**25
"""How many images are compared; fewer where they have more numbers than this."""


class Answer(Module):
    """From images to what a user asks for.

    Parameters
    ----------
    net : Module
        Gives scores.
    loss : str
        With ``"softmax"`` there are probabilities, with ``"svm"`` scores.
    """

    net: Module
    loss: str = static()

    def __init__(self, net: Module, loss: str) -> None:
        self._fill(net=net, loss=loss)

    def __call__(self, images: Any, *, key: Any = None) -> dict[str, Any]:
        """Map uint8 images to probabilities (or scores) and labels."""
        scores = self.net(images)
        labels = np.argmax(scores, axis=1)
        if self.loss == "svm":
            return {"scores": scores, "labels": labels}
        return {"probabilities": softmax(scores), "labels": labels}


def as_onnx(
    net: Sequential, class_names: tuple[str, ...], shape: tuple[int, ...], loss: str
) -> tuple[bytes, float | None]:
    """Return the file, and how far onnxruntime is from us on 100 images."""
    answer = Answer(net, loss)
    told = {
        "class_names": json.dumps(class_names, ensure_ascii=False),
        "description": describe(net),
        "hubel": versions()["hubel"],
        "image_range": "uint8 from 0 to 255, not normalised",
    }
    images = _like_those_of_training(net, shape)
    content = to_onnx(answer, images, metadata=told)
    largest = float(np.abs(net(images)).max())
    # float32 has seven digits of a score, and a probability is off by what it is off.
    close = CLOSE * max(1.0, largest)
    return content, verify(content, answer, images, tolerance=close)


def _like_those_of_training(net: Sequential, shape: tuple[int, ...]) -> Array:
    """Draw images whose pixels have the means and spreads that the net expects."""
    first = net[0]
    normalize = first if isinstance(first, Normalize) else Normalize(128.0, 1 / 64)
    scale = np.asarray(normalize.scale, np.float64)
    spread = np.divide(1, scale, out=np.zeros_like(scale), where=scale != 0)
    count = max(1, min(_IMAGES, _NUMBERS // math.prod(shape)))
    noise = stream(0, "onnx").standard_normal((count, *shape))
    pixels = np.rint(normalize.mean + spread * noise)
    return np.clip(pixels, 0, 255).astype(np.uint8)
