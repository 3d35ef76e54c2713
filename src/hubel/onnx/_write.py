"""From a function to the bytes of an ONNX file."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hubel.compiler.passes import run_passes
from hubel.errors import OptionError, ShapeError
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Spec
from hubel.onnx._sizes import choose_counts
from hubel.tracing.program import argument_names, trace_program
from hubel.tracing.tree import flatten


def to_onnx(
    f: Callable[..., Any],
    *examples: Any,
    batch: bool = True,
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    """Write a function as an ONNX file, which other programs can run.

    Parameters
    ----------
    f : callable
        A function of arrays, written in NumPy, or a module. Arrays that it captures
        become constants of the file; those of a module keep their paths as names.
    *examples : array_like
        Arguments, of which only shapes and dtypes count; in the file they have the
        names that the function gives them.
    batch : bool
        The first axis of every argument counts the examples: the file takes any number
        of them, at least one. Otherwise it takes the shapes of the arguments alone.
    metadata : mapping of str to str, optional
        Written into the file, for whoever uses it.

    Returns
    -------
    bytes
        The file, checked by ``onnx.checker``: opset 18, with no operators of hubel's
        own. Where the function returns a dict, its keys are the names of the outputs; a
        single array is called ``output``.

    Raises
    ------
    ExportError
        If gates have no form in ONNX (all are named), or the function does another
        thing for another number of examples.
    OptionError
        If onnx-ir is not installed: it is in the extra ``onnx``.
    ShapeError
        If an argument has no axis that could count examples.

    Examples
    --------
    >>> def double(x):
    ...     return {"twice": 2 * x, "best": np.argmax(x, axis=1)}
    >>> content = to_onnx(double, np.ones((1, 3), np.float32))
    >>> import onnx
    >>> [each.name for each in onnx.load_from_string(content).graph.output]
    ['twice', 'best']
    """
    _require_onnx()
    from hubel.onnx._translate import translate

    specs = {
        name: Spec(np.shape(each), np.asarray(each).dtype)
        for name, each in zip(argument_names(f, examples, {}), examples, strict=True)
    }
    own, tree = flatten(f)
    parameters = dict(zip(tree.paths(_OWN), own, strict=True))
    arrays = [*specs.values(), *[np.asarray(leaf) for leaf in own]]
    counts = choose_counts({n for a in arrays for n in a.shape}) if batch else ()
    several = [_counted(specs, count) for count in counts] or [specs]
    graphs = [_trace(f, each) for each in several]
    return translate(graphs, parameters, counts=counts, metadata=metadata or {})


_OWN = "own"
"""What the function's own arrays are called in the graph; arguments are `given`."""


def _require_onnx() -> None:
    """Refuse to begin without the package."""
    try:
        importlib.import_module("onnx_ir")
    except ImportError:
        raise OptionError(
            "writing ONNX needs onnx-ir, which is not installed",
            remedy='Run `pip install "hubel[onnx]"`.',
        ) from None


def _counted(specs: Mapping[str, Spec], count: int) -> dict[str, Spec]:
    """Give every argument so many examples."""
    for name, spec in specs.items():
        if not spec.shape:
            raise ShapeError(
                f"{name} has no axis that could count examples",
                remedy="Give arrays with one, or say batch=False.",
            )
    return {
        name: Spec((count, *spec.shape[1:]), spec.dtype) for name, spec in specs.items()
    }


def _trace(f: Callable[..., Any], specs: Mapping[str, Spec]) -> CoreGraph:
    """Trace a function with its own arrays as inputs."""

    def apply(own: Callable[..., Any], given: dict[str, Any]) -> Any:
        return own(*given.values())

    return run_passes(trace_program(apply, (f, dict(specs)), {}).graph)
