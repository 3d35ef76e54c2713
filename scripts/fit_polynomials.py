"""Fit the polynomials of hubel.compiler.llvm.math; prints its `coefficients.py`.

    python scripts/fit_polynomials.py > src/hubel/compiler/llvm/math/coefficients.py

Needs mpmath. Every fit is a weighted minimax polynomial found by Remez' exchange on a
grid of Chebyshev points, in 50 digits; the weight makes the error that counts (mostly
the relative one of the function) level. What each polynomial means stands in `FITS`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import mpmath as mp

mp.mp.dps = 50
Function = Callable[[mp.mpf], mp.mpf]


@dataclass(frozen=True)
class Fit:
    """A polynomial to find: of which function, where, how many terms, which error."""

    name: str
    meaning: str
    function: Function
    interval: tuple[float, float]
    terms: int
    weight: Function


def series(function: Function, count: int) -> Function:
    """Return the Taylor series without its first terms, over the next power of x."""
    terms = mp.taylor(function, 0, count + 30)[count:]

    def rest(x: mp.mpf) -> mp.mpf:
        return mp.polyval(terms[::-1], x)

    return rest


def odd_rest(function: Function, z: mp.mpf) -> mp.mpf:
    """Return (f(x) - x) / x**3 for an odd function, as a function of z = x * x."""
    x = mp.sqrt(z)
    return (function(x) - x) / (x * z)


def odd_weight(function: Function) -> Function:
    """Return what turns an error of `odd_rest` into a relative one of the function."""
    return lambda z: z * mp.sqrt(z) / function(mp.sqrt(z))


def odd(name: str, function: Function, end: float, terms: int) -> Fit:
    """Return the fit of an odd function near 0."""
    short = name.rpartition("_")[0]
    return Fit(
        name,
        f"({short}(x) - x) / x**3 of z = x * x, z <= {end:.6g}",
        lambda z: odd_rest(function, z),
        (1e-12, end),
        terms,
        odd_weight(function),
    )


def atanh_rest(z: mp.mpf) -> mp.mpf:
    """Return (log((1 + s) / (1 - s)) - 2 s) / s**3 of z = s * s."""
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s) / (s * z)


def erfcx(a: mp.mpf) -> mp.mpf:
    """Return exp(a * a) * erfc(a)."""
    return mp.exp(a * a) * mp.erfc(a)


def erfcx_of(shift: float) -> Function:
    """Return (1 + 2 a) * erfcx(a) of t, where t = (a - shift) / (a + shift)."""

    def scaled(t: mp.mpf) -> mp.mpf:
        a = shift * (1 + t) / (1 - t)
        return (1 + 2 * a) * erfcx(a)

    return scaled


def exponentials() -> Iterator[Fit]:
    """Return the fits of exp, exp2 and sinh."""
    rest, size = series(mp.exp, 2), (-0.3467, 0.3467)
    for bits, terms in ((32, 5), (64, 10)):
        text = "(exp(r) - 1 - r) / r**2, |r| <= log(2) / 2"
        yield Fit(f"EXP_{bits}", text, rest, size, terms, lambda r: abs(r) + 1e-6)
    two = series(lambda r: mp.mpf(2) ** r, 1)
    for bits, terms in ((32, 6), (64, 11)):
        text = "(2**r - 1) / r, |r| <= 1 / 2"
        size = (-0.5, 0.5)
        yield Fit(f"EXP2_{bits}", text, two, size, terms, lambda r: abs(r) + 1e-6)
    yield odd("SINH_32", mp.sinh, 1.0, 4)
    yield odd("SINH_64", mp.sinh, 1.0, 7)


def log_rest(f: mp.mpf) -> mp.mpf:
    """Return (log(1 + f) - f + f**2 / 2) / f**3."""
    if abs(f) < 0.01:
        return series(lambda x: mp.log(1 + x), 3)(f)
    return (mp.log(1 + f) - f + f * f / 2) / f**3


def logarithms() -> Iterator[Fit]:
    """Return the fits of log between sqrt(1/2) and sqrt(2)."""
    text = "(log(1 + f) - f + f**2 / 2) / f**3, sqrt(1/2) <= 1 + f < sqrt(2)"
    size = (-0.2930, 0.4143)
    yield Fit("LOG_32", text, log_rest, size, 8, lambda f: f * f + 1e-6)
    end = float((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * 1.001
    text = "(log((1 + s) / (1 - s)) - 2 s) / s**3 of z = s * s"
    yield Fit("LOG_64", text, atanh_rest, (1e-12, end), 7, lambda z: z)
    yield Fit("LOG_SHORT", text, atanh_rest, (1e-12, end), 5, lambda z: z)
    yield Fit(
        "LOG_EXTENDED",
        "((log((1 + s) / (1 - s)) - 2 s) / s**3 - 2 / 3) / z of z = s * s",
        lambda z: (atanh_rest(z) - mp.mpf(2) / 3) / z,
        (1e-10, end),
        8,
        lambda z: z * z,
    )


def cos_rest(z: mp.mpf) -> mp.mpf:
    """Return (cos(x) - 1 + x**2 / 2) / x**4 of z = x * x."""
    return (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2


def angles() -> Iterator[Fit]:
    """Return the fits of sine and cosine up to pi / 4, and of the inverse functions."""
    end = float(mp.pi / 4) ** 2 * 1.001
    yield odd("SIN_32", mp.sin, end, 3)
    yield odd("SIN_64", mp.sin, end, 6)
    text = f"(cos(x) - 1 + x**2 / 2) / x**4 of z = x * x, z <= {end:.6g}"
    for bits, terms in ((32, 3), (64, 6)):
        size = (1e-10, end)
        yield Fit(f"COS_{bits}", text, cos_rest, size, terms, lambda z: z * z)
    yield odd("ASIN_32", mp.asin, 0.25, 5)
    yield odd("ASIN_64", mp.asin, 0.25, 12)
    slope = float(mp.tan(mp.pi / 8)) ** 2 * 1.001
    yield odd("ATAN_32", mp.atan, slope, 5)
    yield odd("ATAN_64", mp.atan, slope, 11)


def erf_rest(z: mp.mpf) -> mp.mpf:
    """Return erf(x) / x - 1 of z = x * x."""
    return mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1


def log_erfc(u: mp.mpf) -> mp.mpf:
    """Return log(erfc(1 + u))."""
    return mp.log(mp.erfc(1 + u))


def others() -> Iterator[Fit]:
    """Return the fits of erf, erfc and cbrt."""
    for bits, terms in ((32, 7), (64, 13)):
        text = "erf(x) / x - 1 of z = x * x, z <= 1"
        size = (1e-12, 1.0)
        yield Fit(
            f"ERF_{bits}", text, erf_rest, size, terms, lambda z: 1 / (1 + erf_rest(z))
        )
    for bits, end, terms in ((32, 3.0, 7), (64, 5.0, 18)):
        text = f"log(erfc(1 + u)), 0 <= u <= {end}"
        size = (0.0, end)
        yield Fit(
            f"LOG_ERFC_{bits}", text, log_erfc, size, terms, lambda u: mp.erfc(1 + u)
        )
    for bits, shift, end, terms in ((32, 2.0, 11.0, 11), (64, 4.0, 28.0, 23)):
        size = ((0.4 - shift) / (0.4 + shift), (end - shift) / (end + shift))
        text = f"(1 + 2 a) exp(a**2) erfc(a) of t = (a - {shift}) / (a + {shift})"
        function = erfcx_of(shift)
        yield Fit(f"ERFCX_{bits}", text, function, size, terms, lambda _: mp.mpf(1))
    for bits, terms in ((32, 4), (64, 6)):
        yield Fit(
            f"CBRT_{bits}",
            "(1 + d)**(-1/3), |d| <= 0.16",
            lambda d: (1 + d) ** (-mp.mpf(1) / 3),
            (-0.16, 0.16),
            terms,
            lambda _: mp.mpf(1),
        )


def fits() -> Iterator[Fit]:
    """Return every fit."""
    for family in (exponentials, logarithms, angles, others):
        yield from family()


def solve(fit: Fit, points: list[mp.mpf]) -> list[mp.mpf]:
    """Return coefficients whose weighted error alternates on the points."""
    rows: list[list[mp.mpf]] = []
    for i, x in enumerate(points):
        powers = [x**k for k in range(fit.terms)]
        rows.append([*powers, (-1) ** i / fit.weight(x)])
    right = mp.matrix([fit.function(x) for x in points])
    return list(mp.lu_solve(mp.matrix(rows), right))[: fit.terms]


def extremes(errors: list[mp.mpf]) -> list[int]:
    """Return where the error is largest between its changes of sign."""
    found = [0]
    for i, error in enumerate(errors):
        if error * errors[found[-1]] < 0:
            found.append(i)
        elif abs(error) > abs(errors[found[-1]]):
            found[-1] = i
    return found


def remez(fit: Fit) -> tuple[list[mp.mpf], mp.mpf]:
    """Return the coefficients, the constant term first, and the weighted error."""
    low, high = map(mp.mpf, fit.interval)
    size, count = 40 * fit.terms, fit.terms + 1
    grid = [
        (low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * i / size)
        for i in range(size + 1)
    ]
    values = [fit.function(x) for x in grid]
    weights = [fit.weight(x) for x in grid]
    chosen = [round(size * i / (count - 1)) for i in range(count)]
    best: tuple[list[mp.mpf], mp.mpf] | None = None
    for _ in range(12):
        found = solve(fit, [grid[i] for i in chosen])
        errors = [
            (mp.polyval(found[::-1], x) - v) * w
            for x, v, w in zip(grid, values, weights, strict=True)
        ]
        worst = max(abs(e) for e in errors)
        if best is None or worst < best[1]:
            best = found, worst
        peaks = extremes(errors)
        while len(peaks) > count:
            ends = (abs(errors[peaks[0]]), abs(errors[peaks[-1]]))
            peaks.pop(0 if ends[0] < ends[1] else -1)
        if len(peaks) < count or peaks == chosen:
            break
        chosen = peaks
    assert best is not None
    return best


def two_over_pi(exponent: int, digits: int, parts: int) -> list[float]:
    """Return 2**exponent * 2 / pi in parts, without multiples of 2**digits."""
    with mp.workprec(1400):
        rest = mp.mpf(2) ** exponent * 2 / mp.pi
        rest -= mp.mpf(2) ** digits * mp.floor(rest / mp.mpf(2) ** digits)
        found: list[float] = []
        for _ in range(parts):
            found.append(float(rest))
            rest -= mp.mpf(found[-1])
    return found


def table(name: str, meaning: str, values: list[float]) -> None:
    """Print one constant of the module."""
    print(f"{name} = (")
    for value in values:
        print(f"    {value!r},")
    print(f')\n"""{meaning}."""\n')


def main() -> None:
    """Print the module, and what each fit reaches to the error stream."""
    print(
        '"""Coefficients, the constant term first; by scripts/fit_polynomials.py."""\n'
    )
    print("from __future__ import annotations\n")
    for fit in fits():
        found, error = remez(fit)
        reached = mp.log(error, 2)
        print(f"{fit.name}: 2**{mp.nstr(reached, 4)}", file=sys.stderr, flush=True)
        table(fit.name, fit.meaning, [float(c) for c in found])
    starts = (0, 48, 70, 92, 114)
    pairs = [value for e in starts for value in two_over_pi(0, 25 - e, 2)]
    table("TURNS_32", f"2 / pi modulo 2**(25 - e) in 2 parts, for e in {starts}", pairs)
    rows = [value for g in range(32) for value in two_over_pi(32 * g, 55, 4)]
    table("TURNS_64", "2**(32 g) * 2 / pi modulo 2**55 in 4 parts, one g a row", rows)


if __name__ == "__main__":
    main()
