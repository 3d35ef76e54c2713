"""One test proves every gate: it is parametrised by the registry and has no exclusions.

A gate without sample calls fails. Elementwise gates get theirs by being elementwise;
the others' are in ``tests/gates/cases``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.compiler.numpy_plan import NumpyPlan
from hubel.compiler.passes import run_passes
from hubel.compiler.plan import make_plan
from hubel.derive.forward import tangent_graph
from hubel.derive.reverse import gradient_graph
from hubel.errors import DTypeError
from hubel.gates.define import Unknown
from hubel.graph.evaluate import evaluate
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import Gate, Rule, constant_node, input_node, make_node, spec_of
from hubel.graph.registry import GATES, load_all
from tests.gates.case import Case, stated_cases
from tests.gates.elementwise import default_cases
from tests.gates.numeric import by_complex_step, by_differences
from tests.native import assert_rounded, native

Backend = Callable[[CoreGraph, dict[str, Any]], dict[str, Any]]

load_all()  # gates of libraries come when they are met
EVERY = pytest.mark.parametrize("name", sorted(GATES))

BY_DECREE = {"stop_gradient", "nextafter"}
"""Gates that are constant because that is what they are for."""


def evaluated(graph: CoreGraph, inputs: dict[str, Any]) -> dict[str, Any]:
    values = evaluate(graph, inputs)
    return {name: values[node] for name, node in graph.outputs.items()}


def planned(graph: CoreGraph, inputs: dict[str, Any]) -> dict[str, Any]:
    run = NumpyPlan(make_plan(run_passes(graph), {}))
    found = run([inputs[name] for name in graph.inputs])
    return dict(zip(graph.outputs, found, strict=True))


def assert_equal(found: Any, expected: Any, what: str) -> None:
    np.testing.assert_array_equal(found, expected, what)
    assert np.asarray(found).dtype == np.asarray(expected).dtype


BACKENDS = pytest.mark.parametrize(
    ("run", "compare"),
    [(evaluated, assert_equal), (planned, assert_equal), (native, assert_rounded)],
    ids=["evaluated", "planned", "native"],
)
"""Ways to run a graph; all must agree with applying the gates one by one."""


def cases_of(name: str) -> list[Case]:
    return [*stated_cases().get(name, []), *default_cases(GATES[name])]


def smooth_places(gate: Gate, case: Case) -> list[int]:
    """Find the arguments in which a case is differentiable."""
    if case.differentiable is not None:
        return [i for i, smooth in enumerate(case.differentiable) if smooth]
    kinds = [np.asarray(arg).dtype.kind for arg in case.args]
    return [i for i, k in enumerate(kinds) if k in "fc" and has_slope(gate.rule(i))]


def has_slope(rule: Rule) -> bool:
    return not rule.zero and not isinstance(rule, Unknown)


def smooth_cases(name: str) -> Iterator[tuple[Case, list[int]]]:
    for case in cases_of(name):
        places = smooth_places(GATES[name], case)
        if places:
            yield case, places


def narrowed(case: Case) -> tuple[Any, ...]:
    """Cast the float64 arrays of a case to float32."""
    return tuple(
        arg.astype(np.float32) if getattr(arg, "dtype", None) == np.float64 else arg
        for arg in case.args
    )


def applied(gate: Gate, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """Run the forward function on private copies; Python's numbers give a number."""
    with np.errstate(all="ignore"):
        return gate.forward(*[_own(arg) for arg in args], **params)


def _own(arg: Any) -> Any:
    return arg.copy() if isinstance(arg, np.ndarray) else arg


def of_places(
    gate: Gate, case: Case, places: list[int], forward: Callable[..., Any]
) -> Callable[..., Any]:
    """Make the function of the smooth arguments alone."""

    def function(*moving: Any) -> Any:
        args = list(case.args)
        for place, value in zip(places, moving, strict=True):
            args[place] = value
        return forward(*args, **case.params)

    return function


def direction(like: Any, seed: int) -> list[Any]:
    """Give a random array for each array, a number for each Python number."""
    random = np.random.default_rng(seed)
    drawn: list[Any] = []
    for each in like:
        kind = np.asarray(each).dtype
        d = random.uniform(-1, 1, np.shape(each))
        if kind.kind == "c":
            d = d + 1j * random.uniform(-1, 1, np.shape(each))
        drawn.append(d.astype(kind)[()] if hasattr(each, "dtype") else float(d))
    return drawn


def inner(a: Any, b: Any) -> float:
    pairs = zip(a, b, strict=True)
    return float(sum(np.sum(np.multiply(x, y)).real for x, y in pairs))


def assert_near(found: Any, true: Any, tolerance: float, what: str) -> None:
    for f, t in zip(found, true, strict=True):
        scale = 1 + (np.max(np.abs(t)) if np.size(t) else 0)
        assert np.shape(f) == np.shape(t), what
        assert np.all(np.abs(np.subtract(f, t)) <= tolerance * scale), (what, f, t)


@EVERY
def test_a_gate_has_cases_that_reach_every_rule(name: str):
    gate, cases = GATES[name], cases_of(name)
    assert cases, f"state sample calls of {name} in tests/gates/cases"
    reached = {place for case, places in smooth_cases(name) for place in places}
    needed = {i for i, rule in enumerate(gate.rules) if has_slope(rule)}
    assert needed <= reached


@EVERY
def test_infer_says_what_forward_gives(name: str):
    gate = GATES[name]
    for case in cases_of(name):
        for args in (case.args, narrowed(case)):
            result = applied(gate, args, case.params)
            spec = gate.infer(*[spec_of(arg) for arg in args], **case.params)
            given = np.asarray(result)
            assert (spec.shape, spec.dtype) == (given.shape, given.dtype), case.label
            assert isinstance(result, np.ndarray) == bool(spec.shape), case.label


@EVERY
def test_other_dtypes_give_what_numpy_gives_or_are_refused(name: str):
    gate = GATES[name]
    if gate.facts.kind != "elementwise":
        return
    for case in default_cases(gate):
        for dtype in (np.bool_, np.int8, np.uint8, np.int64, np.float16):
            args = [np.ones(np.shape(arg), dtype)[()] for arg in case.args]
            try:
                expected = np.asarray(applied(gate, tuple(args), case.params))
            except TypeError:
                with pytest.raises(DTypeError):
                    gate.infer(*map(spec_of, args), **case.params)
            else:
                spec = gate.infer(*map(spec_of, args), **case.params)
                assert spec.dtype == expected.dtype, (case.label, dtype)


@EVERY
def test_forward_fills_a_buffer_and_leaves_its_arguments(name: str):
    gate = GATES[name]
    for case in cases_of(name):
        for args in (case.args, narrowed(case)):
            expected = applied(gate, args, case.params)
            own = [_own(arg) for arg in args]
            again = gate.forward(*own, **case.params)
            np.testing.assert_array_equal(again, expected)
            for arg, before in zip(own, args, strict=True):
                np.testing.assert_array_equal(arg, before)
            if not gate.facts.fills:
                continue
            buffer = np.full(np.shape(expected), 77, np.asarray(expected).dtype)
            gate.forward(*own, **case.params, out=buffer)
            np.testing.assert_array_equal(buffer, expected)


@EVERY
def test_forward_in_place_gives_the_same(name: str):
    gate = GATES[name]
    for case in cases_of(name) if gate.facts.inplace else []:
        expected = np.asarray(applied(gate, case.args, case.params))
        for place, arg in enumerate(case.args):
            own: list[Any] = [_own(each) for each in case.args]
            own[place] = np.array(arg)
            if (
                own[place].shape == expected.shape
                and own[place].dtype == expected.dtype
            ):
                gate.forward(*own, **case.params, out=own[place])
                np.testing.assert_array_equal(own[place], expected, case.label)


@EVERY
def test_forward_takes_arrays_of_any_memory(name: str):
    gate = GATES[name]
    for case in cases_of(name):
        expected = applied(gate, case.args, case.params)
        for moved in (every_other, from_the_end, read_only):
            args = [moved(a) if isinstance(a, np.ndarray) else a for a in case.args]
            with np.errstate(all="ignore"):
                found = gate.forward(*args, **case.params)
            np.testing.assert_allclose(found, expected, rtol=1e-14, err_msg=case.label)


def every_other(array: Any) -> Any:
    """Lay an array out with gaps between its elements, the last axis first."""
    if array.ndim == 0:
        return array
    wide = np.zeros((*(2 * n for n in reversed(array.shape)),), array.dtype)
    view = wide[(slice(None, None, 2),) * array.ndim].T
    view[...] = array
    return view


def from_the_end(array: Any) -> Any:
    backward = (slice(None, None, -1),) * array.ndim
    return array[backward].copy()[backward]


def read_only(array: Any) -> Any:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


@EVERY
def test_a_result_shares_memory_only_if_the_facts_say_so(name: str):
    gate = GATES[name]
    for case in cases_of(name):
        own = [_own(arg) for arg in case.args]
        result = gate.forward(*own, **case.params)
        shared = [
            isinstance(a, np.ndarray) and np.shares_memory(a, result) for a in own
        ]
        assert not any(shared[1:])
        assert gate.facts.view or not any(shared), case.label


@EVERY
def test_facts_hold(name: str):
    gate, facts = GATES[name], GATES[name].facts
    for case in cases_of(name):
        expected = applied(gate, case.args, case.params)
        if facts.commutative:
            swapped = applied(gate, case.args[::-1], case.params)
            np.testing.assert_allclose(swapped, expected, rtol=1e-15)
        if facts.unit is not None:
            same = applied(gate, (case.args[0], facts.unit), case.params)
            np.testing.assert_array_equal(same, case.args[0])
        if facts.zero is not None:
            nothing = applied(gate, (case.args[0], facts.zero), case.params)
            np.testing.assert_array_equal(nothing, np.zeros_like(nothing))
        if facts.kind == "elementwise":
            flat = [np.ravel(a) for a in np.broadcast_arrays(*case.args)]
            alone = applied(gate, tuple(flat), case.params)
            np.testing.assert_array_equal(np.ravel(expected), alone)
        if facts.identity is not None:
            node = make_node(gate, tuple(map(constant_node, case.args)), case.params)
            if facts.identity(node):
                np.testing.assert_array_equal(expected, case.args[0])


@EVERY
def test_both_modes_match_the_derivative_to_every_order(name: str):
    gate = GATES[name]
    for case, places in smooth_cases(name):
        point = [case.args[i] for i in places]
        forward = of_places(gate, case, places, gate.forward)
        exact = None
        if case.analytic:
            exact = by_complex_step(forward, point, direction(point, 1))

        check_derivatives(decided(gate, case, places), point, case, 1, exact)


def decided(gate: Gate, case: Case, places: list[int]) -> Callable[..., tuple[Any]]:
    """Make the function of the smooth arguments to what they decide of the result."""
    function = of_places(gate, case, places, gate)
    return lambda *moving: (case.decided(function(*moving)),)


def check_derivatives(
    f: Callable[..., Any], point: list[Any], case: Case, order: int, exact: Any = None
) -> None:
    """Compare both modes with the derivative at a point, then those of the gradient."""
    t = direction(point, 1)
    value, tangent = hb.jvp(f, point, t)
    true = by_differences(f, point, t) if exact is None else [exact]
    tolerance = case.tolerance if exact is not None else max(case.tolerance, 1e-6)
    what = f"{case.label}: forward mode at order {order}"
    assert_near(tangent, true, tolerance, what)
    u = direction(value, order + 1)
    gradients = hb.vjp(f, *point)[1](tuple(u))
    assert_near(
        [inner(gradients, t)],
        [inner(u, tangent)],
        max(case.tolerance, 1e-12),
        f"{case.label}: reverse mode against forward mode at order {order}",
    )
    if order < case.order:

        def gradient(*moving: Any) -> Any:
            return hb.vjp(f, *moving)[1](tuple(u))

        check_derivatives(gradient, point, case, order + 1)


@EVERY
def test_constant_arguments_have_no_influence_nearby(name: str):
    gate = GATES[name]
    for case in cases_of(name) if name not in BY_DECREE else []:
        kinds = [np.asarray(arg).dtype.kind for arg in case.args]
        still = [i for i, k in enumerate(kinds) if k == "f" and gate.rule(i).zero]
        if still and case.differentiable is None:
            point = [case.args[i] for i in still]
            forward = of_places(gate, case, still, gate.forward)
            slopes = by_differences(
                lambda *moving, forward=forward: (np.multiply(forward(*moving), 1.0),),
                point,
                direction(point, 1),
            )
            assert_near(slopes, [np.zeros_like(s) for s in slopes], 1e-9, case.label)


@EVERY
def test_float32_stays_float32(name: str):
    gate = GATES[name]
    for case, places in smooth_cases(name):
        args = narrowed(case)
        narrow = Case(args, case.params)
        gradients, tangents = both_modes(gate, narrow, places)
        wide_gradients, wide_tangents = both_modes(gate, case, places)
        for place, g in zip(places, gradients, strict=True):
            arg = args[place]
            assert type(g) is float if type(arg) is float else g.dtype == arg.dtype
            assert np.shape(g) == np.shape(arg)
        assert_near(gradients, wide_gradients, 1e-4, case.label)
        assert_near(tangents, wide_tangents, 1e-4, case.label)


def both_modes(
    gate: Gate,
    case: Case,
    places: list[int],
    scale: float = 1.0,
    *,
    of_decided: bool = False,
) -> tuple[Any, Any]:
    """Give the gradients of one upstream gradient and the tangent of one direction."""
    plain = of_places(gate, case, places, gate)
    point = [case.args[i] for i in places]

    def function(*moving: Any) -> Any:
        return case.decided(plain(*moving)) if of_decided else plain(*moving)

    with np.errstate(all="ignore"):
        value, pullback = hb.vjp(function, *point)
        u = scale * np.asarray(direction([np.asarray(value)], 2)[0])
        gradients = pullback(u.item() if type(value) is float else u[()])
        t = [scale * d for d in direction(point, 1)]
        tangent = hb.jvp(function, point, t)[1]
    return gradients, (tangent,)


WILD = (0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e300, -1e300, 5e-324)


def wild_cases(name: str) -> Iterator[tuple[Case, list[int]]]:
    """Put special values into the cases; functions of matrices mix them into others."""
    for case, places in smooth_cases(name):
        if GATES[name].facts.kind in ("product", "matrix"):
            continue
        args = list(case.args)
        for place in places:
            if isinstance(args[place], np.ndarray):
                wild = np.roll(WILD, 3 * place)
                resized = np.resize(wild, args[place].shape)
                args[place] = resized.astype(args[place].dtype)
        yield Case(tuple(args), case.params, label=case.label), places


@EVERY
def test_an_upstream_zero_brings_exactly_zero_and_no_warning(name: str):
    for case, places in wild_cases(name):
        gradients, tangents = both_modes(GATES[name], case, places, scale=0.0)
        for part in (*gradients, *tangents):
            np.testing.assert_array_equal(part, np.zeros(np.shape(part)), case.label)


def graph_of(gate: Gate, case: Case, places: list[int]) -> CoreGraph:
    """Build the graph of one case with its smooth arguments as inputs."""
    nodes = [
        input_node(spec_of(arg)) if i in places else constant_node(arg)
        for i, arg in enumerate(case.args)
    ]
    inputs = {f"x{i}": nodes[i] for i in places}
    return build(inputs, {"y": make_node(gate, tuple(nodes), case.params)})


@BACKENDS
@EVERY
def test_every_backend_gives_the_direct_result(
    name: str, run: Backend, compare: Callable[..., None]
):
    gate = GATES[name]
    for case in cases_of(name):
        every = list(range(len(case.args)))
        graph = graph_of(gate, case, every)
        expected = applied(gate, case.args, case.params)
        inputs = {f"x{i}": case.args[i] for i in every}
        compare(run(graph, inputs)["y"], expected, case.label)


@pytest.mark.parametrize("run", [evaluated, planned, native])
@EVERY
def test_every_backend_gives_the_eager_derivatives(name: str, run: Backend):
    gate = GATES[name]
    for case, places in smooth_cases(name):
        gradients, (tangent,) = both_modes(gate, case, places)
        graph = graph_of(gate, case, places)
        inputs = {f"x{i}": case.args[i] for i in places}
        value = evaluated(graph, inputs)["y"]
        (u,), t = direction([value], 2), direction([case.args[i] for i in places], 1)
        moved = {f"t_x{i}": np.asarray(d)[()] for i, d in zip(places, t, strict=True)}
        found = run(gradient_graph(graph), {**inputs, "d_y": np.asarray(u)[()]})
        pulled = [found[f"d_x{i}"] for i in places]
        assert_near(pulled, gradients, 1e-14, f"{case.label}: reverse mode")
        found = run(tangent_graph(graph), {**inputs, **moved})
        assert_near([found["t_y"]], [tangent], 1e-14, f"{case.label}: forward mode")
