"""Compile a function: trace once per signature, run the plan ever after."""

from __future__ import annotations

import functools
import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from hubel.compiler.passes import run_passes
from hubel.compiler.plan import Plan, make_plan
from hubel.errors import OptionError, TraceError
from hubel.graph.node import describe, spec_of
from hubel.graph.observer import OBSERVERS, Observer, observer
from hubel.graph.term import Term
from hubel.tracing.program import Program, argument_names, is_number, trace_program
from hubel.tracing.signature import signature
from hubel.tracing.tree import flatten, unflatten
from hubel.transforms.donation import check_donated, pair
from hubel.transforms.promotion import check_backend, check_precision, first
from hubel.transforms.replay import call_graph, call_traced, kept

if TYPE_CHECKING:
    from hubel.compiler.llvm.listing import Listing

KEPT = 32
"""Plans kept per compiled function; the one unused for longest goes first."""


def compile(
    f: Callable[..., Any] | None = None,
    *,
    static_argnames: Iterable[str] = (),
    donate: Sequence[int] = (),
    backend: str = "auto",
    precision: str = "float32",
) -> Any:
    """Make a function that is traced once per signature and then runs as a plan.

    Parameters
    ----------
    f : callable
        A function of arrays, scalars and trees of them, written in NumPy. Without it,
        a decorator is returned.
    static_argnames : iterable of str
        Arguments that are part of the signature, compared by equality; strings, bools
        and None are so anyway. Python numbers are traced: a new value does not
        recompile.
    donate : sequence of int
        Positions of arguments whose arrays may be overwritten: results of the same
        shapes and dtypes are written into them, in order, and those arrays are
        returned.
    backend : str
        ``auto`` runs on NumPy at once and as native code as soon as that is made, in
        the background, for a plan that is called a few times; ``numpy`` stays there;
        ``llvm`` makes native code before the first call, or raises ``NativeError``.
        The environment variable ``HUBEL_BACKEND=numpy`` turns native code off.
    precision : str
        ``bfloat16`` lets native code round what matrix products of float32 multiply to
        bfloat16, where the processor does that and it is faster. Everything stays
        float32 in memory, and so do the sums, to which it brings errors of about 0.3 %
        of the largest.

    Returns
    -------
    Compiled
        Called like ``f``. What it returns is fresh, except for donated arrays.

    Notes
    -----
    Arrays that ``f`` captures are constants of the plan: a later change of them is not
    seen. Floating-point warnings are not raised.

    Examples
    --------
    >>> import numpy as np
    >>> step = compile(lambda w, lr: w - lr * np.tanh(w))
    >>> step(np.zeros(2), 0.1)
    array([0., 0.])
    """
    if f is None:
        return functools.partial(
            compile,
            static_argnames=static_argnames,
            donate=donate,
            backend=backend,
            precision=precision,
        )
    check_backend(backend)
    check_precision(precision)
    return Compiled(f, frozenset(static_argnames), tuple(donate), backend, precision)


def logger() -> Any:
    """Return hubel's logger; the module is loaded when something is compiled."""
    import logging

    return logging.getLogger("hubel")


class Compiled:
    """A compiled function; see :func:`compile`."""

    def __init__(
        self,
        f: Callable[..., Any],
        static: frozenset[str],
        donate: tuple[int, ...],
        backend: str = "auto",
        precision: str = "float32",
    ) -> None:
        functools.update_wrapper(self, f)
        _check_names(f, static)
        self._f = f
        self._static = static
        self._donate = donate
        self._backend, self._precision = backend, precision
        self._plans: OrderedDict[Hashable, _Ready] = OrderedDict()
        self._lock = threading.RLock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the plan of the arguments' signature, making it if it is new."""
        leaves: list[Any] = []
        key = signature((args, kwargs) if kwargs else args, leaves)
        ready = self._plans.get(key)
        if ready is None or self._static:
            if any(isinstance(leaf, Term) for leaf in leaves):
                return self._f(*args, **kwargs)
            ready = self._find(key, args, kwargs)
            if ready is None:  # it captures a value of a trace that is running
                return self._f(*args, **kwargs)
        else:
            self._used(key)
        if OBSERVERS and (watch := observer()):
            return self._watched(watch, ready, leaves, args, kwargs)
        return ready.run(leaves)

    def _watched(
        self,
        watch: Observer,
        ready: _Ready,
        leaves: list[Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """Run a plan under an observer, who may want the same call gate by gate."""
        args, kwargs = kept((args, kwargs))
        same = flatten((args, kwargs))[0]
        graph, inputs = ready.runner.plan.graph, [same[i] for i in ready.pick]
        again = (
            functools.partial(call_traced, self._f, args, kwargs, self._static),
            functools.partial(call_graph, graph, inputs),
        )
        name = getattr(self._f, "__name__", "function")
        run = functools.partial(ready.run, leaves)
        return watch.ran(name, inputs, run, again)

    def _used(self, key: Hashable) -> None:
        """Note that a plan was used, unless another thread has just dropped it."""
        try:  # contextlib.suppress costs more than the call
            self._plans.move_to_end(key)
        except KeyError:
            pass

    def plan(self, *args: Any, **kwargs: Any) -> Plan:
        """Return the plan for these arguments (or specs), making it if it is new."""
        return self.call_of(*args, **kwargs)[0]

    def call_of(self, *args: Any, **kwargs: Any) -> tuple[Plan, list[Any], str]:
        """Return a call's plan, the values of its graph's inputs, and the backend."""
        leaves: list[Any] = []
        key = signature((args, kwargs) if kwargs else args, leaves)
        ready = self._find(key, args, kwargs)
        if ready is None:
            raise TraceError("a function that captures traced values has no plan")
        return ready.runner.plan, [leaves[i] for i in ready.pick], self._backend

    def native(self, *args: Any, **kwargs: Any) -> Listing:
        """Return what the plan for these arguments (or specs) becomes as native code.

        Returns
        -------
        Listing
            ``describe(kernels=True)`` shows steps, memory and kernels, and needs no
            LLVM; ``llvm()`` and ``assembly()`` show the texts of the module, or of the
            kernel of one step.

        Examples
        --------
        >>> import numpy as np
        >>> twice = compile(lambda x: x + x)
        >>> print(twice.native(np.zeros((100, 100))).describe(kernels=True))
        native plan: 1 steps, arena 0 bytes (at most 0 alive at a time)
        step 0: kernel 63445e4ff4507925 over 10000: add
          kernel of 1 axis
            p0: float64 1
            p1: float64 1
            each  %0 = load p0 : float64
            each  %1 = add(%0, %0) : float64
            each  store %1 in p1
          add: float64[100, 100]  80,000 bytes in fresh
        """
        from hubel.compiler.llvm.listing import Listing

        return Listing(self.plan(*args, **kwargs))

    def _find(
        self, key: Hashable, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> _Ready | None:
        if self._static:
            key = (key, self._named(args, kwargs))
            self._used(key)
        return self._plans.get(key) or self._make(key, args, kwargs)

    def _named(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Hashable:
        """Return the values of the arguments that are static by name."""
        named = dict(zip(argument_names(self._f, args, kwargs), args, strict=True))
        named.update(kwargs)
        return tuple((name, named[name]) for name in sorted(self._static & set(named)))

    def _make(
        self, key: Hashable, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> _Ready | None:
        with self._lock:
            if key in self._plans:
                return self._plans[key]
            name = getattr(self._f, "__name__", "function")
            shapes = ", ".join(
                describe(spec_of(leaf)) for leaf in flatten(args)[0] if is_number(leaf)
            )
            logger().debug("compiling %s for %s", name, shapes)
            program = trace_program(self._f, args, kwargs, self._static)
            if program.captures:
                return None
            donated = self._donated(program, args, kwargs)
            positions = self._positions(args, kwargs)
            plan = make_plan(run_passes(program.graph), donated, self._precision)
            ready = _Ready(program, plan, positions, self._backend)
            self._plans[key] = ready
            if len(self._plans) > KEPT:
                self._plans.popitem(last=False)
            return ready

    def _positions(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[int, ...]:
        """Find which leaves of the arguments are inputs of the graph."""
        names = argument_names(self._f, args, kwargs)
        found: list[int] = []
        start = 0
        for name, value in [*zip(names, args, strict=True), *kwargs.items()]:
            leaves, _ = flatten(value)
            if name not in self._static:
                found += [start + i for i, x in enumerate(leaves) if is_number(x)]
            start += len(leaves)
        return tuple(found)

    def _donated(
        self, program: Program, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> dict[str, str]:
        """Pair outputs with donated inputs of the same spec, in order."""
        names = argument_names(self._f, args, kwargs)
        offered: list[str] = []
        for position in self._donate:
            if not 0 <= position < len(args):
                raise OptionError(
                    f"donate={position}, but {len(args)} arguments came by position"
                )
            paths = flatten(args[position])[1].paths(names[position])
            offered += [path for path in paths if path in program.graph.inputs]
        return pair(program.graph, offered)


def _check_names(f: Callable[..., Any], static: frozenset[str]) -> None:
    """Refuse static names that no argument can have."""
    if not static:
        return
    try:
        parameters = inspect.signature(f).parameters
    except (ValueError, TypeError):
        return
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    unknown = sorted(static - set(parameters))
    if unknown:
        raise OptionError(
            f"static_argnames names {', '.join(unknown)}, the arguments of "
            f"{getattr(f, '__name__', 'the function')} are {', '.join(parameters)}"
        )


class _Ready:
    """A program with its plan, ready to run on the leaves of the arguments."""

    __slots__ = (
        "constants",
        "donated",
        "names",
        "outputs",
        "pick",
        "promotion",
        "result",
        "runner",
    )

    def __init__(
        self,
        program: Program,
        plan: Plan,
        positions: tuple[int, ...],
        backend: str,
    ) -> None:
        self.runner, self.promotion = first(plan, backend)
        self.result = program.result
        self.outputs = program.outputs
        self.constants = any(name is None for name, _ in program.outputs)
        self.pick = positions
        self.names = list(plan.graph.inputs)
        self.donated = set(plan.writes.values())

    def run(self, leaves: list[Any]) -> Any:
        """Run on the leaves and put the result together."""
        if self.promotion is not None:
            self._promote()
        inputs = [leaves[i] for i in self.pick]
        if self.donated:
            check_donated(self.names, inputs, self.donated)
        values = self.runner(inputs)
        if not self.constants:
            return unflatten(self.result, values)
        found = iter(values)
        return unflatten(
            self.result,
            [leaf if name is None else next(found) for name, leaf in self.outputs],
        )

    def _promote(self) -> None:
        """Go over to native code when it is there."""
        promotion = self.promotion
        if promotion is not None:
            runner, more = promotion.next()
            self.runner = runner or self.runner
            if not more:
                self.promotion = None
