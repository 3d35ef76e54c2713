"""The native elementary functions against NumPy's in a type with more digits."""

from __future__ import annotations

import math
import platform
import re

import numpy as np
import pytest

from hubel.compiler.llvm.math import FUNCTIONS, needs, source
from tests.compiler.loops import KINDS, TWO, Loops

NAMES = sorted(FUNCTIONS)
EACH = 20_000
UNITS = 5.0
SPECIAL = np.array(
    [
        *(0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 89.0, 710.0, 2.0**23 + 1, 2.0**52 + 1),
        *(1e-45, 1e-310, 3e38, 1e308, np.inf),
    ]
)


@pytest.fixture(scope="module")
def fusing():
    pytest.importorskip("llvmlite")
    return Loops(NAMES)


@pytest.fixture(scope="module")
def without():
    pytest.importorskip("llvmlite")
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("x86 only: other machines multiply and add in one instruction")
    return Loops(NAMES, cpu="nehalem", features="", fused=False)


@pytest.fixture(params=["fusing", "without"])
def loops(request):
    """Return loops for this machine, and for one that cannot multiply and add at once.

    Either is compiled when it is first asked for.
    """
    return request.getfixturevalue(request.param)


def wide_sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


def by_element(function):
    return lambda x: np.array([function(float(each)) for each in x])


OWN = {
    "sigmoid": wide_sigmoid,
    "erf": by_element(math.erf),
    "erfc": by_element(math.erfc),
}


def oracle(name):
    """Return the function, of arrays with more digits."""
    short = name.partition(".")[0]
    return OWN.get(short) or getattr(np, short)


def samples(dtype, seed):
    """Return numbers of every size and pattern, and many near -1, 0 and 1."""
    random = np.random.default_rng(seed)
    info = np.finfo(dtype)
    least, most = np.log2([float(info.smallest_subnormal), float(info.max)])
    bits = {4: np.uint32, 8: np.uint64}[dtype(0).itemsize]
    sizes = 2.0 ** random.uniform(least, most, 2 * EACH)
    spans = [random.uniform(-most, most, EACH) for most in (1, 3, 30, 110, 760)]
    close = random.uniform(-1, 1, EACH) * 2.0 ** random.uniform(-30, 1, EACH)
    whole = random.integers(-300, 300, EACH).astype(float)
    with np.errstate(over="ignore", under="ignore"):
        found = [sizes, -sizes, *spans, close, 1 + close, -1 + close, whole]
        found = np.concatenate(found).astype(dtype)
    patterns = random.integers(0, np.iinfo(bits).max, 2 * EACH, bits).view(dtype)
    return np.concatenate([found, patterns])


def arguments(name):
    """Return arrays to call a function with."""
    dtype = KINDS[name[-3:]][1]
    x = samples(dtype, 0)
    if name.partition(".")[0] not in TWO:
        return (x,)
    y = np.random.default_rng(2).permutation(samples(dtype, 1))
    if name.startswith("power"):
        # Half of the exponents give results of every size; half of those are whole.
        half = x.size // 2
        with np.errstate(all="ignore"):
            logs = np.log2(np.abs(x[:half].astype(np.longdouble))).astype(float)
            target = np.random.default_rng(3).uniform(-1, 1, half)
            y[:half] = target * (1080 if dtype is np.float64 else 152) / logs
            y[: half // 2] = np.rint(y[: half // 2])
    return x, y


def errors(got, want, dtype):
    """Return errors in units in the last place of the wanted value."""
    info = np.finfo(dtype)
    exponent = np.maximum(np.frexp(want)[1] - 1, info.minexp)
    unit = np.ldexp(np.ones_like(want), exponent - info.nmant)
    finite = np.isfinite(want.astype(dtype)) & np.isfinite(got)
    return np.where(finite, np.abs(got - want) / unit, 0)


def disagree(got, want):
    """Tell where one is NaN, infinite or a zero with a sign, and the other is not."""
    same = np.isnan(got) & np.isnan(want)
    same |= np.isfinite(got) & np.isfinite(want) & (got != 0) & (want != 0)
    same |= (got == want) & (np.signbit(got) == np.signbit(want))
    return ~same


def evaluated(name, args):
    """Return the oracle's values in a wider type."""
    wide = np.float64 if name.endswith("f32") else np.longdouble
    with np.errstate(all="ignore"):
        return oracle(name)(*(each.astype(wide) for each in args))


@pytest.mark.parametrize("name", NAMES)
def test_within_five_units_everywhere(name, loops):
    dtype = KINDS[name[-3:]][1]
    if dtype is np.float64 and np.finfo(np.longdouble).nmant < 60:
        pytest.skip("needs a long double with more digits than a double")
    args = arguments(name)
    got, want = loops(name, *args), evaluated(name, args)
    with np.errstate(all="ignore"):
        units = errors(got, want, dtype)
        wrong = disagree(got, want.astype(dtype))
    worst = int(np.argmax(units))
    assert units[worst] <= UNITS, [float(each[worst]) for each in args]
    assert not wrong.any(), [each[wrong][:5] for each in args]


@pytest.mark.parametrize("name", NAMES)
def test_special_values_are_numpys(name, loops):
    dtype = KINDS[name[-3:]][1]
    with np.errstate(over="ignore", under="ignore"):
        x = np.concatenate([SPECIAL, -SPECIAL, [np.nan]]).astype(dtype)
    args = (x,)
    if name.partition(".")[0] in TWO:
        args = tuple(each.ravel() for each in np.meshgrid(x, x))
    with np.errstate(all="ignore"):
        want = oracle(name)(*args).astype(dtype)
    got = loops(name, *args)
    wrong = disagree(got, want)
    assert not wrong.any(), [each[wrong] for each in (*args, got, want)]


@pytest.mark.parametrize("name", NAMES)
def test_loop_is_vector_code(name, loops):
    _, _, rest = loops.optimised.partition(f'void @"run.{name}"')
    if not rest:
        _, _, rest = loops.optimised.partition(f"void @run.{name}(")
    body = rest[: rest.index("\n}")]
    assert re.search(r"store <\d+ x \w+>", body)


# Doubles that are closest to multiples of pi / 2, and the digits of their cosine (the
# first) or sine, by mpmath with 1400 bits.
HARD = (
    ("cos.f64", 6381956970095103.0 * 2.0**797, -4.687165924254624e-19),
    ("sin.f64", 2.0**1023, 0.5631277798508840134),
    ("sin.f64", 3.141592653589793, 1.2246467991473532e-16),
    ("cos.f64", 1.5707963267948966, 6.123233995736766e-17),
    ("sin.f32", 3.14159274101257324, -8.742277657347586e-08),
)


@pytest.mark.parametrize(("name", "x", "want"), HARD)
def test_argument_near_a_multiple_of_pi(name, x, want, loops):
    got = float(loops(name, np.array([x]))[0])
    assert got == pytest.approx(want, rel=1e-15 if name.endswith("f64") else 2e-7)


def test_exact_results_are_exact(loops):
    base = np.arange(1.0, 2000.0)
    np.testing.assert_array_equal(loops("cbrt.f64", base**3), base)
    for exponent in range(5):
        power = loops("power.f64", base, np.full_like(base, exponent))
        np.testing.assert_array_equal(power, base**exponent)
    np.testing.assert_array_equal(loops("log10.f64", 10.0 ** np.arange(23)), range(23))
    scale = np.arange(-1074, 1024)
    np.testing.assert_array_equal(loops("log2.f64", np.ldexp(1.0, scale)), scale)
    np.testing.assert_array_equal(loops("exp2.f64", scale * 1.0), np.ldexp(1.0, scale))


def test_a_machine_without_fma_calls_no_function(without):
    assert not re.search(r"\bcall\w*\s+\S*fma", without.assembly)
    text = source({"exp.f32"}, fused=False)
    assert "@llvm.fma." not in text
    assert text.count("define internal float @hubel.fma.f32(") == 1


def test_nothing_is_written_twice():
    text = source({"sin.f64", "cos.f64", "tan.f64", "sin.f32"})
    symbols = re.findall(r"^(?:define internal \w+ )?@([\w.]+)", text, re.MULTILINE)
    assert sorted(symbols) == sorted(set(symbols))
    assert set(symbols) >= {"hubel.sin.f64", "hubel.tan.f64", "hubel.turns.f64"}
    assert not [line for line in text.splitlines() if line.startswith("declare")]
    assert "declare double @llvm.fma.f64(double, double, double)" in needs({"tan.f64"})


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in NAMES if n.endswith(".f32")])
def test_floats_of_all_patterns(name, loops):
    if name.partition(".")[0] in TWO or name.startswith("erf"):
        pytest.skip("pairs are too many, and Python's erf is too slow")
    step = 61 << 20
    for start in range(0, 1 << 32, step):
        stop = min(start + step, 1 << 32)
        x = np.arange(start, stop, 61, dtype=np.int64).astype(np.uint32)
        x = x.view(np.float32)
        got, want = loops(name, x), evaluated(name, (x,))
        with np.errstate(all="ignore"):
            assert errors(got, want, np.float32).max() <= UNITS
            assert not disagree(got, want.astype(np.float32)).any()
