"""Kernels as native code against the same kernels in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from hubel.compiler.llvm.emit import emit_kernel
from hubel.compiler.llvm.primitives import LIBRARY, TABLES, has_printer
from hubel.errors import NativeError
from tests.compiler.kernel_run import Body, compare

FLOATS = ("float32", "float64")
SIGNED = ("int8", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint64")
DTYPES = (*FLOATS, *SIGNED, *UNSIGNED, "bool")

TRUTH = frozenset(
    "equal not_equal less less_equal greater greater_equal isnan isinf isfinite "
    "signbit logical_and logical_or logical_xor logical_not".split()
)
UNARY = frozenset(
    "negative absolute sqrt floor ceil trunc rint sign isnan isinf isfinite signbit "
    "logical_not bitwise_invert".split()
)
PAIRED = frozenset({"arctan2", "hypot", "power"})


def samples(dtype: str, seed: int = 0) -> np.ndarray:
    """Return numbers of a dtype, special ones first."""
    rng = np.random.default_rng(seed)
    kind = np.dtype(dtype).kind
    if kind == "b":
        return np.array([True, False] * 16 + [True])
    if kind in "iu":
        limits = np.iinfo(dtype)
        special = [0, 1, 2, 3, 7, limits.max, limits.min, limits.max - 1]
        special += [-1, -2, -7, limits.min + 1] if kind == "i" else [200]
        few = rng.integers(max(limits.min, -9), 9, 30)
        return np.concatenate(
            [np.array(special, dtype), few.astype(dtype), _wide(rng, limits, dtype)]
        )
    info = np.finfo(dtype)
    special = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -2.5, np.inf, -np.inf, np.nan]
    special += [info.tiny, -info.tiny, info.max, info.min, info.smallest_subnormal]
    wide = rng.normal(size=40) * 10.0 ** rng.integers(-6, 6, 40)
    return np.concatenate([special, rng.normal(size=40), wide]).astype(dtype)


def _wide(rng: np.random.Generator, limits: np.iinfo, dtype: str) -> np.ndarray:
    return rng.integers(limits.min, limits.max, 30, dtype=dtype)


def pairs(dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Return all pairs of some numbers of a dtype."""
    some = samples(dtype)[:40]
    x, y = np.meshgrid(some, some)
    return x.ravel().copy(), y.ravel().copy()


def cases() -> list[tuple[str, str]]:
    names = sorted({*LIBRARY, *(op for table in TABLES.values() for op in table)})
    found = [(op, d) for op in names for d in DTYPES if has_printer(op, d)]
    return [case for case in found if case[0] != "where"]


@pytest.mark.parametrize(("op", "dtype"), cases())
def test_primitive(op: str, dtype: str):
    body = Body()
    count = 1 if op in UNARY or op in LIBRARY - PAIRED else 2
    args = [body.load(dtype, "1") for _ in range(count)]
    found = body.op(op, *args, dtype="bool" if op in TRUTH else dtype)
    body.store(found, "1")
    arrays = [samples(dtype)] if count == 1 else list(pairs(dtype))
    arrays.append(np.empty(arrays[0].shape, "bool" if op in TRUTH else dtype))
    kernel, size = body.kernel(), arrays[0].shape
    if op in LIBRARY:
        compare(kernel, size, arrays, rtol=8 * float(np.finfo(dtype).eps))
    elif op in ("maximum", "minimum", "fmax", "fmin") and dtype in FLOATS:
        compare(kernel, size, arrays, rtol=1e-30)  # NumPy leaves the sign of 0 open
    else:
        compare(kernel, size, arrays)


def test_a_primitive_without_a_native_form_is_refused():
    body = Body()
    body.store(body.op("sqrt", body.load("int32", "1")), "1")
    assert not has_printer("sqrt", "int32")
    with pytest.raises(NativeError, match="'sqrt' for int32"):
        emit_kernel(body.kernel())


@pytest.mark.parametrize("source", DTYPES)
@pytest.mark.parametrize("target", DTYPES)
def test_cast(source: str, target: str):
    body = Body()
    body.store(body.cast(body.load(source, "1"), target), "1")
    x = samples(source)
    if source in FLOATS and target not in (*FLOATS, "bool"):
        limits = np.iinfo(target)
        x = np.nan_to_num(x.astype(np.float64))
        x = x.clip(limits.min / 2, limits.max / 2).astype(source)
    compare(body.kernel(), x.shape, [x, np.empty(x.shape, target)])


@pytest.mark.parametrize("dtype", ["float32", "int16", "bool"])
def test_where(dtype: str):
    body = Body()
    args = [body.load("bool", "1"), body.load(dtype, "1"), body.load(dtype, "1")]
    body.store(body.op("where", *args), "1")
    x, y = pairs("float32")[0] > 0, pairs("float32")[1].astype(bool)
    values = [np.arange(len(x)).astype(dtype), y.astype(dtype)]
    compare(body.kernel(), x.shape, [x, *values, np.empty(x.shape, dtype)])
