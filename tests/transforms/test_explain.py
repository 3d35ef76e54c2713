"""What `explain` says of a compiled function: its steps, their work and the limits."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest

import hubel as hb
from hubel.compiler.llvm.available import reason
from hubel.errors import NativeError, OptionError
from hubel.graph.node import spec_of
from hubel.transforms.profile import Profile

native = pytest.mark.skipif(bool(reason()), reason=f"no native code: {reason()}")
RNG = np.random.default_rng(0)
W = RNG.normal(size=(300, 40)).astype(np.float32)
X = RNG.normal(size=(200, 300)).astype(np.float32)


def loss(w, x):
    return (np.tanh(x @ w) ** 2).sum()


def descend(w, x):
    return w - np.float32(0.1) * hb.grad(loss)(w, x)


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("HUBEL_CACHE", str(tmp_path))
    monkeypatch.setattr("hubel.compiler.timed.PATIENCE", 0.0)


@native
def test_every_step_of_native_code_is_timed_with_its_work():
    step = hb.compile(hb.value_and_grad(loss))
    found = hb.explain(step, W, X)
    assert found.backend == "llvm"
    plan = step.native(W, X).plan
    assert len(found.steps) == len(plan.steps)
    assert all(each.seconds > 0 for each in found.steps)
    first = next(each for each in found.steps if each.kind == "product")
    assert first.work.operations == 2 * 200 * 300 * 40
    assert first.work.nbytes == 4 * (200 * 300 + 300 * 40 + 200 * 40)
    assert first.work.dtype == "float32"
    assert 0 < found.seconds < 1


@native
def test_the_arguments_stay_even_if_they_are_donated():
    step = hb.compile(descend, donate=(0,))
    w, x = W.copy(), X.copy()
    hb.explain(step, w, x)
    assert np.array_equal(w, W)
    assert np.array_equal(x, X)
    np.testing.assert_allclose(step(w, x), descend(W, X), rtol=2e-5, atol=2e-5)


@native
def test_the_time_of_a_step_is_that_of_its_work():
    """Ten times the rows are about ten times the time of the kernel."""
    small, large = np.ones(30_000, np.float32), np.ones(3_000_000, np.float32)
    step = hb.compile(np.exp)
    seconds = [hb.explain(step, x).steps[0].seconds for x in (small, large)]
    assert seconds[1] > 20 * seconds[0]


def test_without_native_code_gates_are_timed_on_numpy(monkeypatch):
    monkeypatch.setenv("HUBEL_BACKEND", "numpy")
    found = hb.explain(loss, W, X)
    assert found.backend == "numpy"
    assert [each.title.split()[0] for each in found.steps] == [
        *("matmul", "tanh", "square", "sum")
    ]
    assert "loss on NumPy" in found.text


def test_a_wish_for_numpy_is_kept():
    assert hb.explain(hb.compile(loss, backend="numpy"), W, X).backend == "numpy"


def test_a_gate_that_numpy_runs_is_told_beside_kernels():
    found = hb.explain(lambda x: np.sort(x) * 2 + 1, X)
    assert "NumPy" in {each.kind for each in found.steps}
    assert "sort" in found.text


def test_a_function_that_does_nothing_has_no_steps():
    found = hb.explain(lambda x: x, X)
    assert found.steps == []
    assert str(found) == "<lambda> has no steps: it hands out what it is given"
    assert "<svg" in found.page()


@native
def test_a_sweep_counts_its_rows():
    def net(w, x):
        return np.maximum(x @ w, 0).sum()

    w = np.ones((3, 2))
    few, many = (hb.explain(net, w, np.ones((n, 3))).steps for n in (100, 300))
    assert len(few) == 1
    assert few[0].title == "one sweep of 100 rows"
    # A row: 2 x 3 multiplications, 2 x 2 additions, 2 maxima, and a sum of 2 numbers.
    a_row = (many[0].work.operations - few[0].work.operations) / 200
    assert a_row == 6 + 4 + 2 + 2
    assert few[0].work.nbytes == 8 * (6 + 300 + 1)


def test_without_llvmlite_all_of_it_is_numpy(tmp_path):
    program = """
import sys, warnings
sys.modules["llvmlite"] = None
warnings.simplefilter("ignore", RuntimeWarning)
import numpy as np, hubel as hb
f = hb.compile(lambda x: np.tanh(x).sum())
print(hb.explain(f, np.ones(9)).backend)
print("tanh(" in f.native(np.ones(9)).describe(kernels=True))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "HUBEL_CACHE": str(tmp_path), "HUBEL_BACKEND": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.split() == ["numpy", "True"], done.stderr


@pytest.fixture
def known():
    """A profile with round numbers for limits and one step."""
    found = hb.explain(loss, W, X)
    limits = replace(
        found.limits,
        cpu="abacus",
        threads=1,
        peak={"float32": 100e9, "float64": 50e9},
        bandwidth=[(2**14, 50e9), (2**26, 10e9)],
    )
    step = replace(found.steps[0], kind="kernel", title="a & b", seconds=1e-3)
    work = replace(step.work, operations=2.5e7, nbytes=2**26, dtype="float32")
    return Profile("loss", "llvm", [replace(step, work=work)], 2e-3, limits)


def test_a_step_is_bound_by_what_needs_longest(known):
    share, limit = known.bound(0)
    assert limit == "memory"
    assert share == pytest.approx(2**26 / 10e9 / 1e-3)
    work = replace(known.steps[0].work, nbytes=1000)
    alone = replace(known, steps=[replace(known.steps[0], work=work)])
    assert alone.bound(0) == (pytest.approx(0.25), "arithmetic")
    assert "25 %" in alone.text


def test_the_table_and_the_picture_say_the_same(known, tmp_path):
    assert "kernel a & b" in str(known)
    assert "1,000" in str(known)
    assert "100 GFLOP/s in float32" in str(known)
    assert "abacus" in known.page()
    picture = ElementTree.fromstring(known.picture())
    assert any("0 a & b: 1000 us" in (text or "") for text in picture.itertext())
    assert known._repr_html_() == known.picture()
    for name, start in [("p.svg", "<svg"), ("p.html", "<!DOCTYPE"), ("p.txt", "loss")]:
        known.save(tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    known.save(tmp_path / "p.png")
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(OptionError, match=r"\.svg"):
        known.save(tmp_path / "p.bmp")


def test_the_limits_are_measured_once(tmp_path, monkeypatch):
    from hubel.compiler.llvm import limits as module

    first = module.limits()
    assert set(first.peak) == {"float32", "float64"}
    assert all(rate > 0 for rate in first.peak.values())
    assert [size for size, _ in first.bandwidth] == list(module.SIZES)
    monkeypatch.setattr(module, "SIZES", ())
    assert module.limits() == first


def test_what_cannot_be_explained_is_refused():
    with pytest.raises(OptionError, match="float cannot be explained"):
        hb.explain(1.0)
    with pytest.raises(OptionError, match="on values"):
        hb.explain(np.tanh, spec_of(W))
    with pytest.raises(OptionError, match="without further"):
        hb.explain(hb.jacobian(np.tanh)(np.ones(3)), 1)


def test_a_listing_shows_kernels_without_llvm(monkeypatch):
    listing = hb.compile(lambda x: np.tanh(x) + 1).native(X)
    assert "tanh(" not in listing.describe()
    assert "tanh(" in listing.describe(kernels=True)
    assert str(listing) == listing.describe()
    monkeypatch.setenv("HUBEL_BACKEND", "numpy")
    with pytest.raises(NativeError, match="HUBEL_BACKEND is numpy"):
        listing.llvm()
    with pytest.raises(NativeError, match="HUBEL_BACKEND is numpy"):
        listing.assembly()


@native
def test_a_listing_goes_down_to_the_instructions():
    listing = hb.compile(lambda x, w: np.tanh(x @ w) + 1).native(X, W)
    kernel = next(
        i for i, s in enumerate(listing.plan.steps) if type(s).__name__ == "KernelCall"
    )
    key = listing.plan.steps[kernel].kernel.key
    assert "define i64 @hubel.enter()" in listing.llvm()
    assert f"define void @k_{key}(" in listing.llvm(kernel)
    assert "hubel.enter" not in listing.llvm(kernel)
    assert f"k_{key}:" in listing.assembly(kernel)
    with pytest.raises(OptionError, match="step 99 is no kernel"):
        listing.llvm(99)
