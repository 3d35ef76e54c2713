"""Products whose factors are rounded to bfloat16, against float64 of the same."""

from __future__ import annotations

import re
import threading

import numpy as np
import pytest

pytest.importorskip("llvmlite", minversion="0.46")

import hubel as hb
from hubel.compiler.llvm import gemm, jit, target
from hubel.compiler.llvm.gemm import choice as choosing
from hubel.compiler.llvm.gemm.blocks import Blocked
from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.gemm.machine import AVX512, has_bfloat16
from hubel.compiler.llvm.gemm.micro import Tile
from hubel.compiler.llvm.gemm.product import OwnProduct, Shape
from hubel.compiler.llvm.gemm.trial import is_right
from hubel.compiler.llvm.target import Target
from hubel.errors import OptionError
from hubel.experiments import TrainSettings
from hubel.experiments.searching._command import train_command

KIND = Kind("bfloat16", 64)
PAIRS = [(False, False), (False, True), (True, False), (True, True)]
IDS = ["nn", "nt", "tn", "tt"]

needs_bfloat16 = pytest.mark.skipif(
    not has_bfloat16(target.host()), reason="this processor has no AVX512-BF16"
)


def _rounded(array):
    """Round to the nearest number of 8 bits, ties to even, as the processor does."""
    bits = array.astype(np.float32).view(np.uint32)
    up = np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    return ((bits + up) & np.uint32(0xFFFF0000)).view(np.float32)


def _check(code, extents, blocks, seed, spare=3):
    m, n, k = extents
    first, second = code.transposed
    rng = np.random.default_rng(seed)
    shapes = [(k, m) if first else (m, k), (n, k) if second else (k, n), (m + 1, n)]
    a, b, c = (
        rng.normal(size=(height, width + spare)).astype(np.float32)
        for height, width in shapes
    )
    a[:, -spare:] = b[:, -spare:] = np.nan
    wanted = c.astype(float)
    left, right = (_rounded(each[:, :-spare].copy()).astype(float) for each in (a, b))
    result = (left.T if first else left) @ (right.T if second else right)
    wanted[:m, :n] = result + code.accumulate * wanted[:m, :n]
    rows = a.shape[1], b.shape[1], c.shape[1]
    shape = Shape("bfloat16", extents, rows, code.transposed, code.accumulate)
    OwnProduct(shape, code, blocks).caller([a, b, c])()
    np.testing.assert_allclose(c, wanted, rtol=0, atol=1e-6 * (4 * k + 8))


@needs_bfloat16
@pytest.mark.parametrize("swapped", [False, True], ids=["plain", "turned"])
@pytest.mark.parametrize("transposed", PAIRS, ids=IDS)
def test_tiles_of_odd_sizes(transposed, swapped):
    first = 2 * swapped + sum(transposed)
    for i in range(2):
        rows, vectors = AVX512.tiles[(first + i) % len(AVX512.tiles)]
        tile = Tile(KIND, rows, vectors)
        code = Blocked(tile, transposed, swapped, accumulate=i == 1)
        assert is_right(code)
        rng = np.random.default_rng(first + i)
        sides = [rng.permutation(70) + 1 for _ in range(3)]  # each in every place
        for j, sizes in enumerate(zip(*sides, strict=True)):
            extents = tuple(int(each) for each in sizes)
            blocks = 32 * (1 + j % 3), rows * (1 + j % 2), tile.columns * (1 + j % 2)
            _check(code, extents, blocks, j)


@needs_bfloat16
def test_inner_loops_keep_their_sums_in_registers():
    for rows, vectors in AVX512.tiles:
        code = Blocked(Tile(KIND, rows, vectors), (True, False), swapped=False)
        text = jit.assembly(code.text(), level=0)
        loops = [
            each
            for each in re.split(r"^\.LBB\d+_\d+:", text, flags=re.MULTILINE)
            if len(re.findall("vdpbf16ps", each)) >= rows * vectors
        ]
        assert loops
        for each in loops:
            assert "%rsp" not in each.partition("\tj")[0]


def _product(x, w):
    return x @ w


def _operands(dtype="float32"):
    rng = np.random.default_rng(0)
    sizes = (65, 701), (701, 103)
    return [rng.normal(size=size).astype(dtype) for size in sizes]


@pytest.fixture
def always_own(monkeypatch):
    monkeypatch.setenv("HUBEL_GEMM", "own")
    monkeypatch.setattr(choosing, "_chosen", {})


@needs_bfloat16
@pytest.mark.parametrize("count", [1, 2])
def test_plans_round_what_is_multiplied(count, always_own):
    x, w = _operands()
    with hb.threads(count):
        run = hb.compile(_product, backend="llvm", precision="bfloat16")
        found = run(x, w)
    exact = _rounded(x).astype(float) @ _rounded(w).astype(float)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-3)
    assert np.abs(found - x.astype(float) @ w).max() > 1e-2
    assert "bfloat16" in run.native(x, w).llvm()


@pytest.mark.filterwarnings("ignore:products stay in float32:RuntimeWarning")
def test_nothing_else_is_rounded(always_own, monkeypatch):
    for operands, gemm_wish, precision in (
        (_operands("float64"), "own", "bfloat16"),
        (_operands(), "blas", "bfloat16"),
        (_operands(), "own", "float32"),
    ):
        monkeypatch.setenv("HUBEL_GEMM", gemm_wish)
        found = hb.compile(_product, backend="llvm", precision=precision)(*operands)
        exact = operands[0].astype(float) @ operands[1].astype(float)
        np.testing.assert_allclose(found, exact, rtol=0, atol=1e-3)
    x, w = _operands()
    found = hb.compile(_product, backend="numpy", precision="bfloat16")(x, w)
    np.testing.assert_array_equal(found, x @ w)


def test_processors_without_it_say_so_once(always_own, monkeypatch):
    monkeypatch.setattr(choosing, "has_bfloat16", lambda _: False)
    monkeypatch.setattr(choosing, "_warned", threading.Event())
    x, w = _operands()
    plain = hb.compile(_product, backend="llvm")(x, w)
    run = hb.compile(_product, backend="llvm", precision="bfloat16")
    with pytest.warns(RuntimeWarning, match="bfloat16"):
        found = run(x, w)
    np.testing.assert_array_equal(found, plain)
    again = hb.compile(_product, backend="llvm", precision="bfloat16")
    np.testing.assert_array_equal(again(x, w), plain)  # a second warning is an error


@pytest.mark.parametrize(
    ("features", "has"),
    [
        ("+avx512f,+avx512vl,+avx512bf16", True),
        ("+avx512f,+avx512vl,-avx512bf16", False),
        ("+avx2,+fma,+avx512bf16", False),
    ],
)
def test_which_processors_have_it(features, has):
    assert has_bfloat16(Target("x86_64-unknown-linux-gnu", "x", features)) == has


@needs_bfloat16
def test_choices_are_repeated(monkeypatch):
    monkeypatch.delenv("HUBEL_GEMM", raising=False)
    monkeypatch.setattr(choosing, "_chosen", {})
    shape = Shape("bfloat16", (64, 96, 320), (320, 96, 96))
    plain = Shape("float32", (64, 96, 320), (320, 96, 96))
    for told, wanted in (
        ({str(shape): "own"}, shape),
        ({str(shape): "blas", str(plain): "own"}, plain),
    ):
        with gemm.same_choices(told) as made:
            assert gemm.choose(shape).shape == wanted
        assert made == told


@needs_bfloat16
def test_training_ends_where_float32_does(always_own):
    data, _ = hb.data.tenshapes(400, 0)
    images, targets = data.images.reshape(400, -1) / np.float32(255), data.labels
    losses = {}
    for precision in ("float32", "bfloat16"):
        _, history = hb.nn.fit(
            hb.nn.mlp(images.shape[1], 48, 10),
            images,
            targets,
            epochs=8,
            batch_size=100,
            lr=0.01,
            deterministic=True,
            precision=precision,
            live=False,
        )
        losses[precision] = history[-1].train_loss
    assert losses["bfloat16"] != losses["float32"]
    assert losses["bfloat16"] == pytest.approx(losses["float32"], rel=0.01)


@needs_bfloat16
def test_estimators_pass_it_on(always_own):
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(256, 1024)).astype(np.float32), rng.integers(0, 3, 256)
    first, second = (
        hb.NetClassifier((100,), max_iter=1, random_state=0, precision=precision)
        .fit(x, y)
        .loss_curve_
        for precision in ("float32", "bfloat16")
    )
    assert first != second
    assert second == pytest.approx(first, rel=0.01)


def test_settings_pass_it_on():
    settings = TrainSettings(precision="bfloat16").completed()
    assert settings.config().precision == "bfloat16"
    assert "--precision bfloat16" in train_command(settings)


def test_other_precisions_are_refused():
    with pytest.raises(OptionError, match="float16"):
        hb.compile(_product, precision="float16")
    with pytest.raises(OptionError, match="float16"):
        hb.nn.TrainConfig(precision="float16")
