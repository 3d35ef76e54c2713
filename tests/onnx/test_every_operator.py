"""Every gate, on the same sample calls, runs as ONNX in onnxruntime, or is listed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hubel.errors import ExportError
from hubel.graph.graph import build
from hubel.graph.node import Gate, constant_node, input_node, make_node, spec_of
from hubel.graph.registry import GATES, load_all
from tests.gates.case import Case, stated_cases
from tests.gates.elementwise import EXPONENT, WHOLE, arity, default_cases
from tests.onnx.run import run

load_all()

LINALG = """
cholesky cofactor cofactor_tangent det eig eigh eigvalsh inv lstsq pinv qr slogdet solve
svd svdvals untied
"""
SPECIAL = """
bessel_i beta betainc betaln binom dawsn erfcinv erfcx erfi erfinv exp1 expi gamma
gammainc gammaincc gammaln gammasgn iv ive jv kn kv kve log_ndtr loggamma ndtri poch
polygamma rgamma yn yv
"""
OTHERS = """
bitwise_count convolve cumprod exponent fft gcd imag irfft
lcm ldexp nanargmax nanargmin nextafter random_uniform rfft spacing
"""
WITHOUT = {*LINALG.split(), *SPECIAL.split(), *OTHERS.split()}
"""Gates that are named in an error: ONNX has no such operator, nor what makes it."""

AS_IT_LIKES = {"argpartition"}
"""Of several right answers NumPy and ONNX may give another one."""

NOT_IN_DOUBLE = {"erf", "erfc", "ndtr"}
"""What ONNX has for float64, and onnxruntime for float32 only."""

SPECIAL_VALUES = np.array(
    [np.nan, np.inf, -np.inf, 0, 1, -1, 0.5, 1e-30, 1e30, 3, -2.5, 700, 1e-8, 0.3, -0.0]
)
NAMES = pytest.mark.parametrize("name", sorted(set(GATES) - WITHOUT - AS_IT_LIKES))
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def cases_of(gate: Gate) -> list[Case]:
    return [*stated_cases().get(gate.name, []), *default_cases(gate)]


def narrowed(case: Case, dtype: Any) -> list[Any]:
    return [
        arg.astype(dtype) if getattr(arg, "dtype", None) == np.float64 else arg
        for arg in case.args
    ]


def content_of(gate: Gate, args: list[Any], params: dict[str, Any]) -> bytes:
    from hubel.onnx._translate import translate

    nodes = [
        constant_node(a) if spec_of(a).weak else input_node(spec_of(a)) for a in args
    ]
    named = {f"given.x{i}": n for i, n in enumerate(nodes) if not n.weak}
    graph = build(named, {"out.y": make_node(gate, tuple(nodes), params)})
    return translate([graph], {}, metadata={})


def compare(gate: Gate, case: Case, dtype: Any) -> None:
    """Compare a call with the same call in onnxruntime."""
    args = narrowed(case, dtype)
    if any(np.asarray(arg).dtype.kind == "c" for arg in args):
        return
    content = content_of(gate, args, case.params)
    with np.errstate(all="ignore"):
        expected = np.asarray(gate.forward(*args, **case.params))
    given = {f"x{i}": np.asarray(a) for i, a in enumerate(args) if not spec_of(a).weak}
    try:
        (found,) = run(content, **given)
    except NotImplementedError:
        assert gate.name in NOT_IN_DOUBLE
        return
    assert found.dtype == expected.dtype
    tolerance = 1e-6 if np.float32 in (dtype, expected.dtype.type) else 1e-12
    np.testing.assert_allclose(
        found, expected, rtol=tolerance, atol=tolerance, err_msg=case.label
    )


@DTYPES
@NAMES
def test_a_gate_runs_as_onnx(name: str, dtype: Any):
    cases = cases_of(GATES[name])
    assert cases
    for case in cases:
        compare(GATES[name], case, dtype)


def takes_floats(name: str) -> bool:
    gate, others = GATES[name], WHOLE | {of for of, _ in EXPONENT}
    return gate.facts.kind == "elementwise" and bool(arity(gate)) and name not in others


@DTYPES
@pytest.mark.parametrize("name", sorted(filter(takes_floats, set(GATES) - WITHOUT)))
def test_special_values_come_out_as_in_numpy(name: str, dtype: Any):
    grid = np.meshgrid(*[SPECIAL_VALUES] * (arity(GATES[name]) or 0))
    compare(GATES[name], Case(tuple(each.ravel() for each in grid)), dtype)


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_a_gate_without_a_form_is_named(name: str):
    case = cases_of(GATES[name])[0]
    with pytest.raises(ExportError, match=name):
        content_of(GATES[name], list(case.args), case.params)


def test_integers_divide_as_in_numpy():
    x, y = (a.ravel() for a in np.meshgrid(np.arange(-7, 8), [-3, -1, 0, 1, 2, 5]))
    for name in ("floor_divide", "remainder", "fmod"):
        for dtype in (np.int8, np.int32, np.int64):
            case = Case((x.astype(dtype), y.astype(dtype)))
            compare(GATES[name], case, np.float64)


def test_small_integers_wrap_around_as_in_numpy():
    x, y = np.array([200, 3, 255], np.uint8), np.array([100, 5, 255], np.uint8)
    for name in ("add", "subtract", "multiply"):
        compare(GATES[name], Case((x, y)), np.float64)


def test_what_no_program_computes_in_is_refused():
    huge = np.array([2**63], np.uint64)
    with pytest.raises(ExportError, match="uint64"):
        content_of(GATES["add"], [huge, huge], {})
    with pytest.raises(ExportError, match="complex128"):
        content_of(GATES["add"], [np.ones(2, complex)] * 2, {})
