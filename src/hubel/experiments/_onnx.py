"""A net with its preprocessing and its answers as an ONNX file."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from hubel.experiments._versions import versions
from hubel.gates._softmax import softmax
from hubel.nn import Module, describe, static
from hubel.onnx import to_onnx, verify
from hubel.streams import stream

CLOSE = 1e-6
"""How far another program's results may be from ours."""
_CHECKED = 100


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
    net: Module, class_names: tuple[str, ...], shape: tuple[int, ...], loss: str
) -> tuple[bytes, float | None]:
    """Return the file, and how far onnxruntime is from us on random images."""
    answer = Answer(net, loss)
    told = {
        "class_names": json.dumps(class_names, ensure_ascii=False),
        "description": describe(net),
        "hubel": versions()["hubel"],
        "image_range": "uint8 from 0 to 255, not normalised",
    }
    drawn = stream(0, "onnx").integers(0, 256, (_CHECKED, *shape), np.uint8)
    content = to_onnx(answer, drawn, metadata=told)
    return content, verify(content, answer, drawn, tolerance=CLOSE)
