"""What of `transforms` is imported when it is first used.

``import hubel`` has to be quick: most programs use a few of these, or none.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hubel.transforms._descend import descend
    from hubel.transforms._hessian import hessian, hvp
    from hubel.transforms._jacobian import jacfwd, jacobian, jacrev, linearize
    from hubel.transforms._remat import remat
    from hubel.transforms._remat_chain import remat_chain
    from hubel.transforms._vmap import vmap
    from hubel.transforms.account import explain
    from hubel.transforms.check import check_grads
    from hubel.transforms.for_scipy import scipy_functions
    from hubel.transforms.nonfinite import trace_nonfinite
    from hubel.transforms.staged import check_staged, stage

__all__ = [
    "check_grads",
    "check_staged",
    "descend",
    "explain",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "linearize",
    "remat",
    "remat_chain",
    "scipy_functions",
    "stage",
    "trace_nonfinite",
    "vmap",
]
_WHERE = {
    "check_grads": "check",
    "check_staged": "staged",
    "descend": "_descend",
    "explain": "account",
    "hessian": "_hessian",
    "hvp": "_hessian",
    "jacfwd": "_jacobian",
    "jacobian": "_jacobian",
    "jacrev": "_jacobian",
    "linearize": "_jacobian",
    "remat": "_remat",
    "remat_chain": "_remat_chain",
    "scipy_functions": "for_scipy",
    "stage": "staged",
    "trace_nonfinite": "nonfinite",
    "vmap": "_vmap",
}
"""The module of each name."""


def load(name: str) -> Any:
    """Import the module of a name, and return what it names."""
    module = importlib.import_module(f"hubel.transforms.{_WHERE[name]}")
    return getattr(module, name)
