"""The public face of the engine: graphs, derivatives, compiled functions."""

from hubel.derive.own import Gate
from hubel.transforms.arrays import array, zeros
from hubel.transforms.check import check_grads
from hubel.transforms.compiled import compile
from hubel.transforms.gradients import grad, jvp, stop_gradient, value_and_grad, vjp
from hubel.transforms.graph import Graph
from hubel.transforms.nonfinite import trace_nonfinite

__all__ = [
    "Gate",
    "Graph",
    "array",
    "check_grads",
    "compile",
    "grad",
    "jvp",
    "stop_gradient",
    "trace_nonfinite",
    "value_and_grad",
    "vjp",
    "zeros",
]
