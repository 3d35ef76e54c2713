"""Gates made of simpler ones give what they give whole, special values and all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hubel.compiler.cse import cse
from hubel.compiler.primitives import DTYPES, is_whole
from hubel.compiler.to_primitives import to_primitives
from hubel.errors import HubelError, OptionError
from hubel.graph.evaluate import evaluate
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import Gate, input_node, make_node, spec_of
from hubel.graph.registry import GATES, load_all
from hubel.graph.text import to_text
from hubel.graph.verify import verify
from tests.gates.case import Case
from tests.gates.test_every_gate import cases_of, narrowed

load_all()
APART = sorted(name for name, gate in GATES.items() if gate.facts.native)

LEFT_TO_NUMPY = set(
    """
    argpartition argsort assign assign_at bessel_i beta betainc betaln binom
    bitwise_count cholesky cofactor cofactor_tangent convolve cumprod cumsum dawsn
    det diagonal eig eigh eigvalsh embed embed_many erfcinv erfcx erfi erfinv exp1
    expi exponent fft from_diagonal gamma gammainc gammaincc gammaln gammasgn gcd
    imag inv irfft iv ive jv kn kv kve lcm ldexp log_ndtr loggamma lstsq nanargmax
    nanargmin ndtri nextafter pinv poch polygamma qr random_uniform rfft rgamma
    roll searchsorted shift slogdet solve spacing svd svdvals untied
    windows2d yn yv
    """.split()
)
"""Gates that compiled plans leave to NumPy: a new gate belongs here, gets the fact
``native``, or becomes one that backends print."""

WILD = (0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 0.5, -2.5, 800.0, -800.0, 1e-30)


def graph_of(gate: Gate, args: tuple[Any, ...], params: dict[str, Any]) -> CoreGraph:
    nodes = tuple(input_node(spec_of(arg)) for arg in args)
    inputs = {f"x{i}": node for i, node in enumerate(nodes)}
    return build(inputs, {"y": make_node(gate, nodes, params)})


def value_of(graph: CoreGraph, args: tuple[Any, ...]) -> Any:
    inputs = {f"x{i}": arg for i, arg in enumerate(args)}
    with np.errstate(all="ignore"):
        return np.asarray(evaluate(graph, inputs)[graph.outputs["y"]])


def printed_dtypes(graph: CoreGraph) -> bool:
    return all(node.dtype.name in DTYPES for node in graph.nodes)


def check(gate: Gate, args: tuple[Any, ...], params: dict[str, Any]) -> None:
    """Compare a gate with its parts: values, dtype, shape and signs of zeros."""
    whole = graph_of(gate, args, params)
    if not printed_dtypes(whole):
        return
    apart = to_primitives(whole)
    verify(apart)
    assert not [n for n in apart.nodes if n.gate.facts.native]
    assert apart.outputs["y"].spec == whole.outputs["y"].spec
    expected, found = value_of(whole, args), value_of(apart, args)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    if expected.dtype.kind != "f":
        np.testing.assert_array_equal(found, expected)
        return
    close = 1e-14 if expected.dtype == np.float64 else 2e-6
    np.testing.assert_allclose(found, expected, rtol=close, atol=close / 100)
    zero = (expected == 0) & (found == 0)
    np.testing.assert_array_equal(np.signbit(found[zero]), np.signbit(expected[zero]))


@pytest.mark.parametrize("name", APART)
def test_the_parts_give_what_the_gate_gives(name: str):
    for case in cases_of(name):
        for args in (case.args, narrowed(case)):
            check(GATES[name], args, case.params)


def wild(case: Case, turn: int) -> tuple[Any, ...]:
    """Put special values into the float arrays of a case, differently at each turn."""
    args: list[Any] = []
    for place, arg in enumerate(case.args):
        if isinstance(arg, np.ndarray) and arg.dtype.kind == "f":
            rolled = np.roll(WILD, turn * place)
            arg = np.resize(rolled, arg.shape).astype(arg.dtype)
        args.append(arg)
    return tuple(args)


@pytest.mark.parametrize("name", APART)
def test_the_parts_give_the_special_values_of_the_gate(name: str):
    for case in cases_of(name):
        for turn in range(len(WILD)):
            for args in (case_args := wild(case, turn), narrowed(Case(case_args))):
                check(GATES[name], args, case.params)


@pytest.mark.parametrize("name", APART)
def test_the_parts_take_the_other_dtypes(name: str):
    gate = GATES[name]
    if gate.facts.kind != "elementwise":
        return
    for case in cases_of(name)[:1]:
        for dtype in (np.bool_, np.int8, np.uint8, np.int32, np.int64):
            args = tuple(
                (np.arange(np.size(arg)) % 3 + 1).reshape(np.shape(arg)).astype(dtype)
                for arg in case.args
            )
            try:
                graph_of(gate, args, case.params)
            except HubelError:
                continue
            check(gate, args, case.params)


def test_a_truth_value_keeps_or_drops_the_upstream_gradient():
    g = np.resize(WILD, (2, len(WILD)))
    p = np.zeros(g.shape, np.bool_)
    p[1] = True
    check(GATES["chain"], (g, p), {})
    check(GATES["chain"], (p, g.astype(np.float32)), {})
    check(GATES["chain"], (p, p), {})
    check(GATES["chain"], (2.0, p), {})


def test_a_constant_that_neither_kills_nor_dies_is_a_plain_factor():
    g = input_node(np.ones(3))
    for factor, plain in ((0.5, True), (np.inf, False), (0.0, False)):
        node = GATES["chain"](g, np.array([1.0, factor, -2.0]))
        apart = to_primitives(build({"g": g}, {"y": node}))
        found = {n.gate.name for n in apart.nodes if n.inputs}
        assert (found == {"multiply"}) == plain


def test_every_gate_is_printed_or_has_parts_or_is_left_to_numpy():
    left = {
        name
        for name, gate in GATES.items()
        if not (is_whole(name) or gate.facts.native or gate.facts.expand)
    }
    assert left == LEFT_TO_NUMPY & set(GATES)  # SciPy may be absent
    assert not [name for name in APART if is_whole(name)]


def test_complex_numbers_and_halves_stay_whole():
    square = GATES["square"]
    for dtype in (np.complex128, np.float16):
        graph = graph_of(square, (np.ones(3, dtype),), {})
        assert set(to_primitives(graph).nodes) == set(graph.nodes)


def test_a_python_number_stays_one_or_becomes_an_array_as_before():
    for name in ("positive", "square", "relu"):
        graph = graph_of(GATES[name], (3.0,), {})
        apart = to_primitives(graph)
        assert apart.outputs["y"].weak == graph.outputs["y"].weak


def test_the_parts_keep_the_line_of_the_gate():
    x = input_node(np.ones((4, 3)))
    node = make_node(GATES["softmax"], (x,), {}, line=("net.py", 7))
    apart = to_primitives(build({"x": x}, {"y": node}))
    assert {n.line for n in apart.nodes if n.inputs} == {("net.py", 7)}


def test_parts_of_the_softmax_loss_as_text():
    scores = input_node(np.ones((4, 3), np.float32))
    labels = input_node(np.ones(4, np.int64))
    args = (scores, labels)
    loss = make_node(GATES["softmax_cross_entropy"], args, {})
    error = make_node(GATES["softmax_error"], args, {})
    inputs = {"scores": scores, "labels": labels}
    graph = cse(to_primitives(build(inputs, {"loss": loss, "error": error})))
    verify(graph)
    assert to_text(graph) == GOLDEN


GOLDEN = """\
graph(scores: float32[4, 3], labels: int64[4])
max = max(scores, axis=(1,), keepdims=True) : float32[4, 1]
subtract = subtract(scores, max) : float32[4, 3]
exp = exp(subtract) : float32[4, 3]
sum = sum(exp, axis=(1,), keepdims=True) : float32[4, 1]
reshape = reshape(sum, shape=(4,)) : float32[4]
log = log(reshape) : float32[4]
labels_within = labels_within(labels, classes=3) : int64[4]
one_hot = one_hot(labels_within, classes=3, dtype='bool') : bool[4, 3]
c_1 = constant(0) : int64[] weak
where = where(one_hot, subtract, c_1) : float32[4, 3]
sum_2 = sum(where, axis=(1,)) : float32[4]
subtract_2 = subtract(log, sum_2) : float32[4]
divide = divide(exp, sum) : float32[4, 3]
one_hot_2 = one_hot(labels_within, classes=3, dtype='float32') : float32[4, 3]
subtract_3 = subtract(divide, one_hot_2) : float32[4, 3]
return loss = subtract_2, error = subtract_3
"""


@pytest.mark.parametrize("name", ["softmax_cross_entropy", "softmax_error"])
@pytest.mark.parametrize("wrong", [-1, 3])
def test_the_parts_of_the_softmax_loss_check_the_labels(name: str, wrong: int):
    args = (np.ones((2, 3)), np.array([0, wrong]))
    apart = to_primitives(graph_of(GATES[name], args, {}))
    with pytest.raises(OptionError, match="do not fit 3 scores"):
        value_of(apart, args)
