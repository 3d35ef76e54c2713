"""Kernels as native code against the same kernels in NumPy.

To write the texts in ``golden`` again, and then read the differences::

    HUBEL_UPDATE_GOLDEN=1 python -m pytest tests/compiler/test_emit.py
"""

from __future__ import annotations

import math
import os
import platform
import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from hubel.compiler.kernel import Kernel, Operand
from hubel.compiler.llvm.columns import columns_of
from hubel.compiler.llvm.emit import emit_kernel, scratch_rows
from hubel.compiler.llvm.module import Module
from hubel.compiler.llvm.target import host
from tests.compiler.kernel_run import Body, compare, machine_code, run_native

GOLDEN = Path(__file__).with_name("golden")
UPDATE = bool(os.environ.get("HUBEL_UPDATE_GOLDEN"))
RNG = np.random.default_rng(5)
HOWS = ("add", "multiply", "maximum", "minimum", "fmax", "fmin", "argmax", "argmin")


def floats(*shape: int, dtype: str = "float32") -> np.ndarray:
    return RNG.normal(size=shape).astype(dtype)


def unary(op: str, dtype: str = "float32", pattern: str = "1") -> Kernel:
    body = Body(len(pattern))
    body.store(body.op(op, body.load(dtype, pattern)), pattern)
    return body.kernel()


def chain() -> Kernel:
    """Return tanh(sigmoid(x * a + b) * c) and relu of it."""
    body = Body()
    x, a, b, c = (body.load("float32", p) for p in "1000")
    inside = body.op("sigmoid", body.op("add", body.op("multiply", x, a), b))
    out = body.op("tanh", body.op("multiply", inside, c))
    body.store(out, "1")
    body.store(body.op("maximum", out, body.constant(0.0, "float32")), "1")
    return body.kernel()


def classify(columns: int | None = None, dtype: str = "float32") -> Kernel:
    """Return softmax, its loss and gradient, the bias gradient, and errors."""
    body = Body(2)
    x, label = body.load(dtype, "d1"), body.load("int64", "10")
    e = body.op("exp", body.op("subtract", x, body.reduce("maximum", x)))
    p = body.op("divide", e, body.reduce("add", e))
    right = body.op("equal", body.index(1), label, dtype="bool")
    loss = body.op("negative", body.op("log", p))
    loss = body.op("where", right, loss, body.constant(0.0, dtype))
    body.accumulate("add", loss, "00")
    gradient = body.op("subtract", p, body.cast(right, dtype))
    body.store(gradient, "d1")
    body.accumulate("add", gradient, "01")
    guess = body.reduce("argmax", x)
    wrong = body.op("not_equal", guess, label, dtype="bool")
    body.accumulate("add", body.cast(wrong, "int64"), "00")
    body.store(wrong, "10")
    return body.kernel(columns)


def classify_arrays(
    rows: int, columns: int, dtype: str = "float32"
) -> list[np.ndarray]:
    labels = RNG.integers(0, max(columns, 1), rows)
    return [
        floats(rows, columns, dtype=dtype),
        labels,
        np.empty((), dtype),
        np.empty((rows, columns), dtype),
        np.empty(columns, dtype),
        np.empty((), np.int64),
        np.empty(rows, bool),
    ]


def test_a_chain_of_functions():
    kernel = chain()
    scalars = [np.array(v, np.float32) for v in (1.5, -0.25, 2.0)]
    for n in range(71):
        arrays = [floats(n), *scalars, floats(n), floats(n)]
        compare(kernel, (n,), arrays, rtol=2e-6)


@pytest.mark.parametrize("columns", [None, 10])
@pytest.mark.parametrize("rows", [0, 1, 2, 15, 16, 17, 64, 70, 333])
def test_a_classifier_in_one_kernel(columns: int | None, rows: int):
    kernel = classify(columns)
    compare(kernel, (rows, 10), classify_arrays(rows, 10), rtol=2e-5)


@pytest.mark.parametrize("width", [1, 2, 16, 33, 100])
def test_rows_of_any_width(width: int):
    arrays = classify_arrays(7, width, "float64")
    compare(classify(None, "float64"), (7, width), arrays, rtol=1e-12)
    assert scratch_rows(classify()) > 0


@pytest.mark.parametrize("columns", [None, 5])
def test_rows_and_columns_that_lie_apart(columns: int | None):
    arrays = classify_arrays(40, 5)
    arrays[0] = np.asfortranarray(floats(80, 9))[::2, 2:7]
    arrays[3], arrays[6] = floats(40, 8)[:, :5], np.empty((40, 3), bool)[:, 1]
    kernel = classify(columns)
    operands = list(kernel.operands)
    for k, pattern in {0: "ss", 1: "s0", 3: "s1", 6: "s0"}.items():
        operands[k] = Operand(operands[k].dtype, pattern)
    apart = Kernel(2, tuple(operands), kernel.body, columns)
    compare_views(apart, (40, 5), arrays)


def compare_views(kernel: Kernel, space: tuple[int, ...], arrays: list[np.ndarray]):
    """Compare without copies that would put views together."""
    dense = [a.copy() for a in arrays]
    compare(kernel, space, dense, rtol=2e-5)
    assert run_native(kernel, space, dense)
    assert run_native(kernel, space, arrays)
    for a, b in zip(arrays, dense, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("pattern", ["s1", "d1"])
@pytest.mark.parametrize("columns", [None, 3])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_column_sums(columns: int | None, dtype: str, pattern: str):
    body = Body(2)
    body.accumulate("add", body.load(dtype, pattern), "01")
    for rows in (0, 1, 37):
        x = (10 * floats(rows, 3)).astype(dtype)
        out = np.full(3, 7, dtype)
        compare(body.kernel(columns), (rows, 3), [x, out], rtol=1e-5)


def test_sums_over_some_axes():
    body = Body(3)
    x = body.load("float64", "ss1")
    for pattern in ("000", "s00", "0s0", "001", "s01", "0s1", "ss0"):
        body.accumulate("add", x, pattern)
    body.accumulate("maximum", x, "s00")
    x = floats(3, 4, 5, dtype="float64")
    shapes = [(), (3,), (4,), (5,), (3, 5), (4, 5), (3, 4), (3,)]
    outs = [np.full(shape, np.nan) for shape in shapes]
    compare(body.kernel(), x.shape, [x, *outs], rtol=1e-12)
    compare(body.kernel(5), x.shape, [x, *outs], rtol=1e-12)


def test_columns_are_written_out_where_that_pays():
    body = Body(2)
    x = body.load("float32", "s1")
    body.store(body.op("negative", x), "s1")
    counts = (None, 2, 8, 16)
    assert [columns_of(body.kernel(n)) for n in counts] == [None, 2, None, None]
    body.store(body.op("exp", x), "s1")
    assert [columns_of(body.kernel(n)) for n in counts] == [None, 2, 8, None]
    body.accumulate("add", x, "00")
    assert [columns_of(body.kernel(n)) for n in counts] == list(counts)


@pytest.mark.parametrize("whole", [True, False])
def test_a_long_sum_is_exact_to_float32(whole: bool):
    x = RNG.random(10**6).astype(np.float32)
    body = Body(1 if whole else 2)
    value = body.load("float32", "1" if whole else "s1")
    body.accumulate("add", value, "0" * body.rank)
    out = np.empty((), np.float32)
    x = x if whole else x.reshape(-1, 10)
    run_native(body.kernel(), x.shape, [x, out])
    want = math.fsum(x.ravel().tolist())
    assert abs(float(out) - want) <= np.spacing(np.float32(want))
    if not whole:
        run_native(body.kernel(10), x.shape, [x, out])
        assert abs(float(out) - want) <= np.spacing(np.float32(want))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8"])
@pytest.mark.parametrize("how", HOWS)
def test_reductions(how: str, dtype: str):
    body = Body(2)
    body.store(body.reduce(how, body.load(dtype, "s1")), "s0")
    result = "int64" if how.startswith("arg") else dtype
    for width in (1, 4, 16, 33, 1025, 2100):
        x = RNG.integers(0, 5, (6, width)).astype(dtype)
        if how == "multiply":
            x = np.where(x > 3, x - 2, 1).astype(dtype) if width < 40 else x % 2
        if dtype.startswith("float"):
            x[1, width // 2 :] = np.nan
            x[2] = np.inf if how.endswith("min") else -np.inf
            x[3, -1] = np.nan
            x[4] = np.nan
        for columns in (None, width) if width <= 16 else (None,):
            arrays = [x, np.empty(6, result)]
            compare(body.kernel(columns), x.shape, arrays, rtol=1e-6)


@pytest.mark.parametrize("how", ["any", "all", "argmax", "argmin"])
def test_reductions_of_bools(how: str):
    body = Body(2)
    body.store(body.reduce(how, body.load("bool", "s1")), "s0")
    for width in (1, 5, 70):
        x = RNG.random((9, width)) < 0.5
        x[0], x[1] = True, False
        out = np.empty(9, "int64" if how.startswith("arg") else "bool")
        for columns in (None, width) if width <= 16 else (None,):
            compare(body.kernel(columns), x.shape, [x, out])


def test_in_place_update_of_two_arrays():
    body = Body()
    weights, speed = body.operand("float32", "1"), body.operand("float32", "1")
    gradient, rate = body.load("float32", "1"), body.load("float32", "0")
    half = body.op("multiply", body.read(speed), body.constant(0.5, "float32"))
    new = body.op("subtract", half, body.op("multiply", rate, gradient))
    body.write(new, speed)
    body.write(body.op("add", body.read(weights), new), weights)
    arrays = [floats(n) for n in (45, 45, 45)] + [np.array(0.1, np.float32)]
    compare(body.kernel(), (45,), arrays, rtol=1e-6)


@pytest.mark.parametrize("columns", [None, 2])
def test_what_is_stated_once_runs_once(columns: int | None):
    body = Body(2)
    counter = body.operand("int64", "00")
    more = body.op("add", body.read(counter), body.constant(1, "int64"))
    body.write(more, counter)
    body.store(body.op("add", body.load("int64", "s1"), more), "s1")
    x = np.arange(12).reshape(6, 2)
    compare(body.kernel(columns), x.shape, [np.array(3), x, x.copy()])


def test_scalars():
    body = Body(0)
    x, y = body.load("float64", ""), body.load("float64", "")
    body.store(body.op("divide", x, body.op("exp", y)), "")
    arrays = [np.array(3.0), np.array(0.5), np.array(0.0)]
    compare(body.kernel(), (), arrays, rtol=1e-15)


def test_transposed_and_broadcast():
    body = Body(2)
    x, row, column = (body.load("float64", p) for p in ("ss", "01", "s0"))
    body.store(body.op("add", body.op("multiply", x, row), column), "s1")
    x = floats(33, 20, dtype="float64").T
    arrays = [x, floats(33, dtype="float64"), floats(20, dtype="float64")]
    compare(body.kernel(), x.shape, [*arrays, np.empty(x.shape)], rtol=1e-14)


def test_bytes_to_floats():
    body = Body()
    value = body.cast(body.load("uint8", "1"), "float32")
    body.store(body.op("divide", value, body.constant(255.0, "float32")), "1")
    x = np.arange(256, dtype=np.uint8)
    compare(body.kernel(), x.shape, [x, floats(256)])


@pytest.mark.parametrize("columns", [None, 3])
def test_what_is_required(columns: int | None):
    body = Body(2)
    x = body.load("float32", "s1")
    body.require(body.op("isfinite", x, dtype="bool"))
    body.store(x, "s1")
    x = floats(50, 3)
    kernel = body.kernel(columns)
    assert run_native(kernel, x.shape, [x, x.copy()])
    x[41, 1] = np.nan
    assert not run_native(kernel, x.shape, [x, x.copy()])


@pytest.mark.parametrize("columns", [None, 4])
def test_elements_at_positions(columns: int | None):
    body = Body(2)
    at = body.load("int64", "s1")
    picked = body.load_at(at, "float64", "s01")
    body.store(picked, "s1")
    body.accumulate_at(at, picked, "001")
    at = RNG.integers(0, 9, (30, 4))
    arrays = [at, floats(30, 9, dtype="float64"), np.empty((30, 4)), np.ones(9)]
    compare(body.kernel(columns), at.shape, arrays, rtol=1e-12)


@pytest.mark.parametrize("place", ["int64", "int32"])
@pytest.mark.parametrize("shape", [(3, 70, 30), (5, 2, 3000), (2, 3, 1)])
@pytest.mark.parametrize("own", [True, False])
def test_votes_fill_their_notes(own: bool, shape: tuple[int, ...], place: str):
    """Notes of many short rows, of parts of long ones, and hardly any."""
    body = Body(3)
    first, second = body.load(place, "ss1"), body.load(place, "0s1")
    weight = body.load("float32", "ss1")
    total = body.operand("float32", "s00ss" if own else "000ss")
    args = (first, second, weight)
    body._add("accumulate_at", args, "float32", operand=total, value="add")
    places = RNG.integers(0, 4, shape).astype(place)
    columns = RNG.integers(0, 6, shape[1:]).astype(place)
    arrays = [places, columns, floats(*shape)]
    arrays.append(np.zeros((shape[0], 4, 6) if own else (4, 6), np.float32))
    compare(body.kernel(), shape, arrays, strict=True)
    compare(body.kernel(), shape, arrays, rtol=1e-4)


def test_strict_rounds_every_operation():
    body = Body()
    x, y = body.load("float32", "1"), body.load("float32", "1")
    z = body.op("multiply", x, y)
    body.store(body.op("subtract", body.op("add", z, x), y), "1")
    arrays = [floats(1000), floats(1000), floats(1000)]
    compare(body.kernel(), (1000,), arrays, strict=True)
    assert "contract" in emit_kernel(body.kernel())
    assert "contract" not in emit_kernel(body.kernel(), strict=True)


def test_a_module_has_each_kernel_once():
    module = Module()
    first, second = unary("exp"), unary("tanh")
    names = [module.kernel(each) for each in (first, second, unary("exp"))]
    assert names == [f"@k_{first.key}", f"@k_{second.key}", f"@k_{first.key}"]
    text = module.text()
    assert text == module.text()
    assert text.count("define internal void") == 2
    declared = re.findall(r"^declare [^@]*(@[\w.]+)", text, re.MULTILINE)
    assert len(declared) == len(set(declared))


VECTORS = {
    "exp": unary("exp"),
    "tanh": unary("tanh", "float64"),
    "chain": chain(),
    "classify": classify(),
    "columns": classify(10),
}


@pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64") or host().vector_bytes < 32,
    reason="needs the vector registers of an x86 processor with AVX2",
)
@pytest.mark.parametrize("name", VECTORS)
def test_vector_code(name: str):
    text = machine_code(VECTORS[name])
    register = "zmm" if host().vector_bytes == 64 else "ymm"
    lines = re.findall(rf"\bv(?:mul|fn?m(?:add|sub)\d*)p[sd]\s.*%{register}", text)
    assert len(lines) > 4


def small_kernels() -> dict[str, Kernel]:
    body = Body(2)
    body.store(body.reduce("add", body.load("float32", "s1")), "10")
    rows = body.kernel()
    body = Body(2)
    body.accumulate("add", body.load("float32", "d1"), "01")
    side_by_side = body.kernel(2)
    body = Body(0)
    x = body.load("int32", "")
    body.store(body.op("floor_divide", x, body.load("int32", "")), "")
    body.require(body.op("greater", x, body.constant(0, "int32"), dtype="bool"))
    return {
        "exp": unary("exp"),
        "row_sums": rows,
        "column_sums": side_by_side,
        "scalar": body.kernel(),
    }


@pytest.mark.parametrize("name", small_kernels())
def test_golden(name: str):
    kernel = small_kernels()[name]
    path = GOLDEN / f"kernel_{name}.ll"
    listed = "".join(f"; {line}\n" for line in kernel.text().splitlines())
    text = f"{listed}\n{emit_kernel(kernel)}"
    if UPDATE:
        path.write_text(text)
    assert text == path.read_text()
