"""Fully connected nets by their widths."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.nn._activations import ELU, LeakyReLU, Maxout, ReLU, find_activation
from hubel.nn._init import Initializer, initialize
from hubel.nn._layers import Dropout, Linear, Sequential
from hubel.nn._module import Module


def mlp(
    *widths: int,
    activation: str | Module = "relu",
    dropout: float = 0.0,
    seed: int = 0,
    init: str | Initializer | None = None,
    dtype: Any = np.float32,
) -> Sequential:
    """Make a fully connected net: ``mlp(3072, 100, 10)`` is the lecture's 2-layer net.

    Parameters
    ----------
    *widths : int
        Numbers of inputs, of the neurons of each hidden layer, and of scores; two
        widths make a linear classifier.
    activation : str or Module
        After every hidden layer: "relu", "sigmoid", "tanh", "leaky_relu", "elu",
        "maxout" (each neuron then has two pieces), or a module such as ``Maxout(3)``.
    dropout : float
        The rate of dropout after every hidden layer; 0 for none.
    seed : int
        Decides the weights.
    init : str or callable, optional
        The initialiser of the hidden layers; by default "he" for the ReLU family and
        "glorot" for others. The last layer's is "small".
    dtype : dtype
        float32 or float64.

    Returns
    -------
    Sequential
        Takes x of shape (n, widths[0]), gives scores of shape (n, widths[-1]).

    Raises
    ------
    OptionError
        If there are fewer than two widths, or an option is not one of the above.

    Examples
    --------
    >>> mlp(4, 3, 2)
    Sequential(Linear(4, 3), ReLU(), Linear(3, 2))
    """
    if len(widths) < 2:
        raise OptionError(
            f"a net of widths {widths}",
            remedy="Give at least the numbers of inputs and of scores.",
        )
    act = find_activation(activation)
    pieces = act.pieces if isinstance(act, Maxout) else 1
    chosen = init or ("he" if isinstance(act, RELU_FAMILY) else "glorot")
    layers: list[Module] = []
    for inputs, neurons in pairwise(widths[:-1]):
        layers += [Linear(inputs, neurons * pieces, init=chosen, dtype=dtype), act]
        if dropout:
            layers.append(Dropout(dropout))
    last = Linear(widths[-2], widths[-1], init="small", dtype=dtype)
    return initialize(Sequential(*layers, last), seed)


RELU_FAMILY = (ReLU, LeakyReLU, ELU, Maxout)
