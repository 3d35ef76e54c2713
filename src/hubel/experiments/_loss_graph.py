"""The graph of a trained net: its loss on one image, swept both ways."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from hubel.experiments._model import Model
from hubel.features import Feature
from hubel.nn._losses import find_loss
from hubel.transforms.graph import Graph


def loss_graph(model: Model, image: str | os.PathLike[str] | None = None) -> Graph:
    """Trace the loss of a net on an image, as if its guess were right.

    Parameters
    ----------
    model : Model
        What `load` made of a run.
    image : path, optional
        A picture; by default the mean of the images that the net was trained on, a
        grey one of a net behind features, which does not know it.

    Returns
    -------
    Graph
        Its inputs are the net and the pixels; values and gradients are on its nodes.

    Raises
    ------
    DataError
        If the file is no picture that can be read.
    """
    pixels = _mean_image(model) if image is None else model.pixels(image)
    label = model.predict(pixels).astype(np.int64)
    loss = find_loss(model.loss)
    # Floating pixels have a gradient: which of them the loss would change with.
    given = pixels.astype(np.float32)

    def objective(net: Any, pixels: Any) -> Any:
        return loss(net(pixels), label)

    graph = Graph.trace(objective, model.net, given)
    graph.forward(model.net, given)
    graph.backward()
    return graph


def _mean_image(model: Model) -> Any:
    """Return the mean of the images of the training, as one image; or a grey one."""
    if isinstance(model.net[0], Feature):
        return np.full((1, *model.image_shape), 128, np.uint8)
    mean = np.broadcast_to(model.mean, model.image_shape)
    return np.rint(mean).clip(0, 255).astype(np.uint8)[None]
