"""A net in the lecture's words."""

from __future__ import annotations

from hubel.nn._activations import Maxout
from hubel.nn._conv import Conv2d
from hubel.nn._layers import Linear
from hubel.nn._module import Module, modules


def describe(net: Module) -> str:
    """Say how many layers a net has, how wide they are, and how many parameters.

    Layers are counted as the lecture counts them: those with weights. Inputs are not a
    layer, so a net with one hidden layer has two. A layer of maxout neurons is written
    with its pieces, such as (100x2), a convolution with its filters and their size.

    Examples
    --------
    >>> from hubel.nn import mlp
    >>> describe(mlp(3072, 100, 10))
    '2-layer net, 1 hidden layer: 3072-100-10, 308,310 parameters'
    >>> describe(mlp(3072, 10))
    'linear classifier (1 layer): 3072-10, 30,730 parameters'
    >>> from hubel.nn import Conv2d, Flatten, Linear, ReLU, Sequential
    >>> describe(Sequential(Conv2d(3, 16, 5), ReLU(), Flatten(), Linear(12544, 10)))
    '2-layer net, 1 hidden layer: 3-16@5x5-10, 126,666 parameters'
    """
    size = f"{net.count_parameters():,} parameters"
    layers = [part for part in modules(net) if isinstance(part, Linear | Conv2d)]
    if not layers:
        return f"{type(net).__name__}: {size}"
    if len(layers) == 1 and isinstance(layers[0], Linear):
        return f"linear classifier (1 layer): {widths(net)}, {size}"
    hidden = len(layers) - 1
    plural = "" if hidden == 1 else "s"
    head = f"{len(layers)}-layer net, {hidden} hidden layer{plural}"
    return f"{head}: {widths(net)}, {size}"


def widths(net: Module) -> str:
    """Write the numbers of inputs and of each layer's neurons, such as ``4-3-2``."""
    found: list[str] = []
    for part in modules(net):
        if isinstance(part, Linear):
            inputs, neurons = part.weight.shape
            found = found or [str(inputs)]
            found.append(str(neurons))
        elif isinstance(part, Conv2d):
            high, wide, channels, filters = part.weight.shape
            found = found or [str(channels)]
            found.append(f"{filters}@{high}x{wide}")
        elif isinstance(part, Maxout) and found and part.pieces > 1:
            neurons, at, size = found[-1].partition("@")
            found[-1] = f"({int(neurons) // part.pieces}x{part.pieces}){at}{size}"
    return "-".join(found)
