"""Products of our own against float64: odd sizes, all ways, all vectors."""

from __future__ import annotations

import ctypes
import re

import numpy as np
import pytest

pytest.importorskip("llvmlite", minversion="0.46")

import hubel as hb
from hubel.compiler.llvm import gemm, jit, pool, target
from hubel.compiler.llvm.gemm import choice as choosing
from hubel.compiler.llvm.gemm.blocks import Blocked
from hubel.compiler.llvm.gemm.dots import Dots
from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.gemm.machine import AVX2, AVX512, find_machine
from hubel.compiler.llvm.gemm.micro import Tile
from hubel.compiler.llvm.gemm.product import OwnProduct, Shape
from hubel.compiler.llvm.gemm.proposal import propose
from hubel.compiler.llvm.gemm.trial import is_right
from hubel.compiler.llvm.plan import LlvmPlan
from hubel.compiler.passes import run_passes
from hubel.compiler.plan import make_plan
from hubel.errors import OptionError
from hubel.tracing.program import trace_program

HERE = find_machine(target.host())
MACHINES = [
    each
    for each in (AVX512, AVX2)
    if HERE and each.vector_bytes <= HERE.vector_bytes and HERE in (AVX512, AVX2)
] or [HERE]
PAIRS = [(False, False), (False, True), (True, False), (True, True)]
IDS = ["nn", "nt", "tn", "tt"]

pytestmark = pytest.mark.skipif(
    HERE is None, reason="no products of our own for this processor"
)


def _matrix(rng, shape, spare, dtype):
    """Return a matrix with rows further apart than they need be, in guarded memory."""
    return rng.normal(size=(shape[0], shape[1] + spare)).astype(dtype)


def _check(code, extents, blocks, seed, spare=3):
    m, n, k = extents
    kind = code.kind if isinstance(code, Dots) else code.tile.kind
    dots = isinstance(code, Dots)
    first, second = (False, code.transposed) if dots else code.transposed
    rng = np.random.default_rng(seed)
    shapes = [(k, m) if first else (m, k), (n, k) if second else (k, n), (m + 1, n)]
    a, b, c = (_matrix(rng, each, spare, kind.dtype) for each in shapes)
    wanted = c.astype(float)
    left, right = a[:, :-spare].astype(float), b[:, :-spare].astype(float)
    result = (left.T if first else left) @ (right.T if second else right)
    wanted[:m, :n] = result + code.accumulate * wanted[:m, :n]
    rows = a.shape[1], b.shape[1], c.shape[1]
    shape = Shape(kind.dtype, extents, rows, (first, second), code.accumulate)
    OwnProduct(shape, code, blocks).caller([a, b, c])()
    tolerance = 1e-6 if kind.dtype == "float32" else 1e-14
    np.testing.assert_allclose(c, wanted, rtol=0, atol=tolerance * (4 * k + 8))


def _extents(count, seed):
    """Return odd sizes: all from 1 to 70 come up in every place."""
    rng = np.random.default_rng(seed)
    sides = [np.resize(rng.permutation(70) + 1, count) for _ in range(3)]
    return [tuple(int(each) for each in trio) for trio in zip(*sides, strict=True)]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda each: f"{each.vector_bytes}")
@pytest.mark.parametrize("swapped", [False, True], ids=["plain", "turned"])
@pytest.mark.parametrize("transposed", PAIRS, ids=IDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_tiles_of_odd_sizes(dtype, transposed, swapped, machine):
    rows, vectors = machine.tiles[sum(transposed) % len(machine.tiles)]
    tile = Tile(Kind(dtype, machine.vector_bytes), rows, vectors)
    for way in range(4):
        code = Blocked(tile, transposed, swapped, accumulate=way % 2 == 1)
        direct = tuple(not each and way > 1 for each in code.packs)
        code = Blocked(tile, transposed, swapped, way % 2 == 1, direct)
        assert is_right(code)
        for i, extents in enumerate(_extents(70, way)):
            lanes = tile.kind.lanes
            blocks = lanes * (1 + i % 3), rows * (1 + i % 2), tile.columns * (1 + i % 2)
            _check(code, extents, blocks, i)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda each: f"{each.vector_bytes}")
@pytest.mark.parametrize("columns", [1, 2, 5, 10])
@pytest.mark.parametrize("transposed", [False, True], ids=["nn", "nt"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dots_of_odd_sizes(dtype, transposed, columns, machine):
    kind = Kind(dtype, machine.vector_bytes)
    for accumulate in (False, True):
        rows = max(1, machine.sums // columns)
        code = Dots(kind, rows, columns, transposed, accumulate)
        assert is_right(code)
        for i, (m, _, k) in enumerate(_extents(70, columns)):
            blocks = kind.lanes * (1 + i % 3), rows * (1 + i % 2), columns
            _check(code, (m, columns, k), blocks, i)


@pytest.mark.parametrize("transposed", PAIRS, ids=IDS)
@pytest.mark.parametrize(
    "extents", [(200, 100, 700), (30, 10, 800), (700, 10, 33), (1, 1, 1), (64, 500, 40)]
)
def test_what_is_proposed_is_right(extents, transposed):
    m, n, k = extents
    first, second = transposed
    rows = (m if first else k) + 3, (k if second else n) + 3, n + 3
    own = propose(Shape("float32", extents, rows, transposed), HERE)
    _check(own.code, extents, own.blocks, 0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("transposed", PAIRS, ids=IDS)
@pytest.mark.parametrize("columns", [10, 35])
def test_numbers_that_are_none_come_through(columns, transposed, value):
    m, n, k = 21, columns, 45
    first, second = transposed
    rng = np.random.default_rng(0)
    a = rng.random((k, m) if first else (m, k), np.float32)
    b = rng.random((n, k) if second else (k, n), np.float32)
    (a.T if first else a)[m - 1, k - 1] = value
    c = np.zeros((m, n), np.float32)
    rows = a.shape[1], b.shape[1], n
    own = propose(Shape("float32", (m, n, k), rows, transposed), HERE)
    own.caller([a, b, c])()
    np.testing.assert_array_equal(np.isfinite(c[: m - 1]), True)
    np.testing.assert_array_equal(c[m - 1], np.full(n, value, np.float32))


@pytest.mark.parametrize("machine", MACHINES, ids=lambda each: f"{each.vector_bytes}")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_inner_loops_keep_their_sums_in_registers(dtype, machine):
    kind = Kind(dtype, machine.vector_bytes)
    tiles = [Tile(kind, *each) for each in machine.tiles]
    codes = [Blocked(each, (True, False), swapped=False) for each in tiles]
    codes += [Dots(kind, machine.sums // 10, 10)]
    for code in codes:
        loops = _loops(jit.assembly(code.text(), level=0))
        sums = code.tile.rows * code.tile.vectors if code in codes[:-1] else 10
        found = [each for each in loops if len(re.findall("vfmadd", each)) >= sums]
        assert found
        for each in found:
            assert "%rsp" not in each, each


def _loops(assembly):
    """Return what lies between labels and the last jumps back to them."""
    found = []
    for function in assembly.split(".cfi_endproc"):
        for label in re.finditer(r"^(\.LBB\d+_\d+):", function, flags=re.MULTILINE):
            jumps = [*re.finditer(rf"\bj\w+\s+{re.escape(label[1])}\b", function)]
            if jumps and jumps[-1].start() > label.end():
                found.append(function[label.end() : jumps[-1].start()])
    return found


def test_rows_of_the_result_are_handed_on_when_they_are_final():
    kind = Kind("float32", HERE.vector_bytes)
    rows, vectors = HERE.tiles[0]
    m, n, k = 3 * rows + 1, 2 * vectors * kind.lanes, 3 * kind.lanes
    rng = np.random.default_rng(0)
    a, b = rng.random((m, k), np.float32), rng.random((k, n), np.float32)
    for code in (
        Blocked(Tile(kind, rows, vectors), (False, False), swapped=False),
        Blocked(Tile(kind, rows, vectors), (False, False), swapped=True),
        Dots(kind, 2, 10),
    ):
        width = 10 if isinstance(code, Dots) else n
        c = np.zeros((m, width), np.float32)
        blocks = (
            kind.lanes,
            rows,
            code.tile.columns if code.name[-5:] != "10.nn" else 10,
        )
        shape = Shape("float32", (m, width, k), (k, n, width))
        seen = _run_with_epilogue(OwnProduct(shape, code, blocks), a, b, c)
        np.testing.assert_array_equal(seen, np.arange(m))
        np.testing.assert_allclose(c, 2 * (a @ b[:, :width]), rtol=1e-5)


def _run_with_epilogue(own, a, b, c):
    """Double each row of C as soon as it is handed on; return those rows in order."""
    seen = []

    @ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
    def double(_, first, last):
        seen.extend(range(first, last))
        c[first:last] *= 2

    own.caller([a, b, c], double)()
    return seen


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("transposed", PAIRS, ids=IDS)
@pytest.mark.parametrize(
    "extents", [(201, 103, 700), (90, 701, 300), (800, 10, 500), (256, 384, 512)]
)
def test_threads_change_no_bit(extents, transposed, dtype, monkeypatch):
    m, n, k = extents
    first, second = transposed
    rng = np.random.default_rng(0)
    a = rng.normal(size=(k, m) if first else (m, k)).astype(dtype)
    b = rng.normal(size=(n, k) if second else (k, n)).astype(dtype)

    def product(a, b):
        return (a.T if first else a) @ (b.T if second else b)

    monkeypatch.setenv("HUBEL_GEMM", "own")
    monkeypatch.setattr(choosing, "_chosen", {})
    results = []
    for count in (1, 2, 3):
        with hb.threads(count):
            traced = trace_program(product, (a, b), {})
            plan = LlvmPlan(make_plan(run_passes(traced.graph)))
            before = pool.ready().jobs
            results.append(plan([a, b])[0])
            assert "@hubel.product" in plan.text
            assert (pool.ready().jobs > before) == (count > 1)
    for found in results[1:]:
        np.testing.assert_array_equal(found, results[0])
    exact = product(a.astype(float), b.astype(float))
    tolerance = 1e-6 if dtype == "float32" else 1e-14
    np.testing.assert_allclose(results[0], exact, rtol=0, atol=tolerance * 4 * k)


def test_the_library_does_them_where_that_is_wished(monkeypatch):
    shape = Shape("float32", (64, 64, 512), (512, 64, 64))
    monkeypatch.setenv("HUBEL_GEMM", "blas")
    assert gemm.choose(shape) is None
    monkeypatch.setenv("HUBEL_GEMM", "own")
    monkeypatch.setattr(choosing, "_chosen", {})
    assert gemm.choose(shape).shape == shape
    monkeypatch.setenv("HUBEL_GEMM", "neither")
    with pytest.raises(OptionError, match="neither"):
        gemm.choose(shape)


def test_choices_are_measured_kept_and_repeated(monkeypatch, tmp_path):
    shape = Shape("float32", (40, 48, 300), (300, 48, 48))
    monkeypatch.setenv("HUBEL_CACHE", str(tmp_path))
    monkeypatch.delenv("HUBEL_GEMM", raising=False)
    monkeypatch.setattr(choosing, "_chosen", {})
    with gemm.same_choices() as made:
        first = gemm.choose(shape)
    assert made == {str(shape): "own" if first else "blas"}
    choosing._chosen.clear()
    monkeypatch.setattr(choosing, "_is_faster", None)  # the disk knows
    assert gemm.choose(shape) == first
    for other in ("own", "blas"):
        with gemm.same_choices({str(shape): other}) as made:
            assert (gemm.choose(shape) is not None) == (other == "own")
        assert made == {str(shape): other}
    assert gemm.choose(shape) == first
    with (
        pytest.raises(OptionError, match="magic"),
        gemm.same_choices({str(shape): "magic"}),
    ):
        pass


def test_what_was_wished_is_kept_too(monkeypatch):
    shape = Shape("float32", (40, 48, 300), (300, 48, 48))
    tiny = Shape("float32", (4, 4, 4), (4, 4, 4))
    monkeypatch.setattr(choosing, "_chosen", {})
    for wish in ("own", "blas"):
        monkeypatch.setenv("HUBEL_GEMM", wish)
        with gemm.same_choices() as made:
            before = gemm.choose(shape), gemm.choose(tiny)
        monkeypatch.delenv("HUBEL_GEMM")
        with gemm.same_choices(made) as again:
            assert (gemm.choose(shape), gemm.choose(tiny)) == before
        assert again == made == {str(shape): wish, str(tiny): wish}


def test_products_that_are_wrong_are_not_used(monkeypatch, tmp_path):
    shape = Shape("float64", (41, 48, 300), (300, 48, 48))
    monkeypatch.setenv("HUBEL_CACHE", str(tmp_path))
    monkeypatch.setenv("HUBEL_GEMM", "own")
    monkeypatch.setattr(choosing, "_chosen", {})
    monkeypatch.setattr(choosing, "is_right", lambda _: False)
    assert gemm.choose(shape) is None
