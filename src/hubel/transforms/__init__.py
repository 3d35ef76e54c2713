"""The public face of the engine: graphs, derivatives, compiled functions."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hubel.derive.own import Gate
from hubel.transforms.account import explain
from hubel.transforms.arrays import array, zeros
from hubel.transforms.check import check_grads
from hubel.transforms.compiled import compile
from hubel.transforms.gradients import grad, jvp, stop_gradient, value_and_grad, vjp
from hubel.transforms.graph import Graph
from hubel.transforms.hessian import hessian, hvp
from hubel.transforms.jacobian import jacfwd, jacobian, jacrev, linearize
from hubel.transforms.nonfinite import trace_nonfinite
from hubel.transforms.remat import remat
from hubel.transforms.remat_chain import remat_chain
from hubel.transforms.vmap import vmap

if TYPE_CHECKING:
    from hubel.transforms.for_scipy import scipy_functions as scipy_functions
    from hubel.transforms.staged import check_staged as check_staged
    from hubel.transforms.staged import stage as stage

__all__ = [
    "Gate",
    "Graph",
    "array",
    "check_grads",
    "compile",
    "explain",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linearize",
    "remat",
    "remat_chain",
    "stop_gradient",
    "trace_nonfinite",
    "value_and_grad",
    "vjp",
    "vmap",
    "zeros",
]
_LATER = {"check_staged": "staged", "scipy_functions": "for_scipy", "stage": "staged"}
"""What is imported when it is first used, as ``import hubel`` has to be quick."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'hubel.transforms' has no attribute {name!r}")
    return getattr(importlib.import_module(f"hubel.transforms.{_LATER[name]}"), name)
