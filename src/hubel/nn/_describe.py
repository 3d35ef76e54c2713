"""A net in the lecture's words."""

from __future__ import annotations

from hubel.nn._activations import Maxout
from hubel.nn._layers import Linear
from hubel.nn._module import Module, modules


def describe(net: Module) -> str:
    """Say how many layers a net has, how wide they are, and how many parameters.

    Layers are counted as the lecture counts them: those with weights. Inputs are not a
    layer, so a net with one hidden layer has two. A layer of maxout neurons is written
    with its pieces, such as (100x2).

    Examples
    --------
    >>> from hubel.nn import mlp
    >>> describe(mlp(3072, 100, 10))
    '2-layer net, 1 hidden layer: 3072-100-10, 308,310 parameters'
    >>> describe(mlp(3072, 10))
    'linear classifier (1 layer): 3072-10, 30,730 parameters'
    """
    size = f"{net.count_parameters():,} parameters"
    layers = [part for part in modules(net) if isinstance(part, Linear)]
    if not layers:
        return f"{type(net).__name__}: {size}"
    if len(layers) == 1:
        return f"linear classifier (1 layer): {widths(net)}, {size}"
    hidden = len(layers) - 1
    plural = "s" if hidden > 1 else ""
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
        elif isinstance(part, Maxout) and found and part.pieces > 1:
            found[-1] = f"({int(found[-1]) // part.pieces}x{part.pieces})"
    return "-".join(found)
