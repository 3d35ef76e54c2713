"""The module: an immutable tree of arrays that is also a function of its input."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self, cast, dataclass_transform

import numpy as np

from hubel.errors import OptionError
from hubel.gates._stop_gradient import stop_gradient
from hubel.tracing.tree import Tree, fields_of, flatten, map_leaves, rebuild

Array = np.ndarray[Any, np.dtype[Any]]


def weight() -> Any:
    """Declare a field of trained arrays, to which L2 regularisation applies."""
    return field(metadata={"role": "weight"})


def bias() -> Any:
    """Declare a field of trained arrays that L2 regularisation leaves alone."""
    return field(metadata={"role": "bias"})


def fixed() -> Any:
    """Declare a field of arrays (or modules) that training does not change."""
    return field(metadata={"role": "fixed"})


def statistic() -> Any:
    """Declare a field of arrays that training carries on without a gradient.

    A module that is applied in training tells what they become.
    """
    return field(metadata={"role": "statistic"})


def static(default: Any = dataclasses.MISSING) -> Any:
    """Declare a field that is part of the structure: hashable, never traced."""
    return field(default=default, metadata={"static": True})


@dataclass_transform(
    frozen_default=True,
    eq_default=False,
    field_specifiers=(weight, bias, fixed, statistic, static),
)
class Module:
    """A function with parameters, as an immutable tree of arrays.

    A subclass states its arrays and inner modules as annotated fields and what it
    computes as ``__call__``; it is made a frozen dataclass by that alone. A field is
    declared with :func:`weight` (also meant by a bare annotation), :func:`bias`,
    :func:`fixed`, :func:`statistic` or :func:`static`; everything beneath a fixed field
    is fixed.

    A module is a tree as every transform takes it: ``grad(lambda net: loss(net(x)))``
    gives a module of gradients.

    Attributes
    ----------
    random : bool
        Whether this kind of module itself draws numbers from its key.

    Examples
    --------
    >>> class Scale(Module):
    ...     factor: Array
    ...
    ...     def __call__(self, x, *, key=None):
    ...         return x * self.factor
    >>> double = Scale(np.array([2.0]))
    >>> double(np.ones(3))
    array([2., 2., 2.])
    >>> double.parameters()
    {'factor': array([2.])}
    """

    random: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Make the subclass a frozen dataclass."""
        super().__init_subclass__(**options)
        dataclass(frozen=True, eq=False, repr=False)(cls)

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Apply the module.

        Parameters
        ----------
        x : array
            A batch of examples, the first axis counting them.
        key : array of uint64, shape (2,), optional
            Given in training: what dropout draws its masks from. None is inference.
        """
        raise NotImplementedError(f"{type(self).__name__} has no __call__")

    def initial(self, generator: np.random.Generator) -> dict[str, Array]:
        """Draw new arrays for the module's own parameters, by the names of fields."""
        return {}

    def parameters(self) -> dict[str, Array]:
        """Return the trained arrays by path, such as ``layers.0.weight``."""
        leaves, tree = flatten(self)
        entries = zip(tree.paths(), leaves, roles(tree), strict=True)
        return {path: leaf for path, leaf, role in entries if role in TRAINED}

    def count_parameters(self) -> int:
        """Count the trained numbers."""
        return sum(math.prod(leaf.shape) for leaf in self.parameters().values())

    def replace(self, **fields: Any) -> Self:
        """Return the module with some fields replaced.

        Raises
        ------
        OptionError
            If there is no field of that name.
        """
        moving, fixed_names = fields_of(type(self))
        unknown = sorted(set(fields) - {*moving, *fixed_names})
        if unknown:
            raise OptionError(
                f"{type(self).__name__} has no field {', '.join(unknown)}",
                remedy=f"Its fields are {', '.join([*moving, *fixed_names])}.",
            )
        values = {name: getattr(self, name) for name in (*moving, *fixed_names)}
        return rebuild(type(self), values | fields, {})

    def freeze(self, freeze: bool = True) -> Module:
        """Return the module as one that training does not change; False: as it is.

        Examples
        --------
        >>> from hubel.nn import Linear, Sequential
        >>> net = Sequential(Linear(3, 2).freeze(), Linear(2, 1))
        >>> list(net.parameters())
        ['layers.1.weight', 'layers.1.bias']
        """
        return Frozen(self) if freeze else self

    def summary(self) -> str:
        """Return a table in text: each array with its shape, dtype, count and role."""
        leaves, tree = flatten(self)
        rows = [
            (path, str(tuple(leaf.shape)), str(leaf.dtype), f"{leaf.size:,}", role)
            for path, leaf, role in zip(tree.paths(), leaves, roles(tree), strict=True)
        ]
        rows.insert(0, ("array", "shape", "dtype", "numbers", "role"))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        return "\n".join([*lines, f"{self.count_parameters():,} parameters"])

    def __repr__(self) -> str:
        shown = [f"{n}={getattr(self, n)!r}" for n in fields_of(type(self))[1]]
        return f"{type(self).__name__}({', '.join(shown)})"

    def _fill(self, **fields: Any) -> None:
        """Set the fields; for an ``__init__`` of one's own only."""
        for name, value in fields.items():
            object.__setattr__(self, name, value)


class Frozen(Module):
    """A module whose parameters training does not change: what ``freeze`` makes.

    They get no gradient, no step and no state of the optimiser; their gradient in
    ``grad(f)(net)`` is 0. Gradients by the input flow through.

    Parameters
    ----------
    inner : Module
        What is applied; it keeps its dropout.

    Examples
    --------
    >>> from hubel.nn import Linear
    >>> Frozen(Linear(3, 2))
    Frozen(Linear(3, 2))
    """

    inner: Module = fixed()

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Apply the inner module."""
        inner = map_leaves(stop_gradient, self.inner)
        return inner(x) if key is None else inner(x, key=key)

    def __repr__(self) -> str:
        return f"Frozen({self.inner!r})"


TRAINED = ("weight", "bias")
"""The roles of arrays that get a gradient; the others are `fixed` and `statistic`."""


def roles(tree: Tree) -> tuple[str, ...]:
    """Return the role of each leaf of a tree, ``weight`` where none is stated."""
    return tuple(_roles(tree, "weight"))


def _roles(tree: Tree, role: str) -> Iterator[str]:
    if tree.kind is None:
        yield role
    stated: dict[Any, str] = {}
    if role != "fixed" and dataclasses.is_dataclass(kind := tree.kind):
        stated = {f.name: f.metadata.get("role", role) for f in fields(kind)}
    for key, child in zip(tree.keys, tree.children, strict=True):
        inner = stated.get(key, role)
        yield from _roles(child, inner)


def modules(value: Any) -> Iterator[Module]:
    """Give every module of a tree, each before what it is made of."""
    if isinstance(value, Module):
        yield value
        names = fields_of(type(value))[0]
        yield from modules([getattr(value, name) for name in names])
    elif isinstance(value, list | tuple):
        for child in cast("list[Any]", value):
            yield from modules(child)
    elif isinstance(value, dict):
        yield from modules(list(cast("dict[Any, Any]", value).values()))


def needs_key(module: Module) -> bool:
    """Whether some part of a module draws random numbers in training."""
    return any(part.random for part in modules(module))
