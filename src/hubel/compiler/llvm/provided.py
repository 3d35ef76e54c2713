"""Functions that modules call by name: compiled once, kept on disk by themselves.

Programs have them in common, so that a second program finds them ready. Their text has
its final form: LLVM runs no passes over it.
"""

from __future__ import annotations

from functools import cache

from hubel.compiler.llvm import jit

_loaded: list[jit.Loaded] = []
"""Modules whose code others call; they stay for as long as the process."""


@cache
def provide(name: str, text: str) -> int:
    """Let modules that `jit` compiles from now on call a function by its name.

    Parameters
    ----------
    name : str
        That no other function has.
    text : str
        The module that defines it.

    Returns
    -------
    int
        Where it starts.
    """
    loaded = jit.compile_module(text, level=0)
    _loaded.append(loaded)
    address = loaded.address(name)
    jit.bind(name, address)
    return address
