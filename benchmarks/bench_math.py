"""What does an elementary function cost in native code, in ns an element?

Each function over 16384 numbers in the cache, as a loop that LLVM turned into vector
code, against NumPy's, which is Intel's library of such functions where the machine has
AVX-512. Answers have to agree to 10 epsilon first. Targets: those of
the functions that nets are made of. The last column is the largest error of the native
function in units in the last place, over the numbers of its test: of every size, many
near -1, 0 and 1.
"""

from __future__ import annotations

import statistics

import numpy as np

from benchmarks._harness import machine, repeating, take_turns, verdict
from hubel.compiler.llvm.math import FUNCTIONS
from tests.compiler.loops import KINDS, TWO, Loops
from tests.compiler.test_math import arguments, errors, evaluated

N = 16384
RANGES = {
    "arccosh": (1.0, 10.0),
    "arcsin": (-1.0, 1.0),
    "arccos": (-1.0, 1.0),
    "arctanh": (-0.99, 0.99),
    "log1p": (-0.9, 10.0),
    **dict.fromkeys(("log", "log2", "log10", "sqrt", "power"), (0.1, 10.0)),
}
TARGETS = {
    **{"exp.f32": 0.28, "log.f32": 0.43, "tanh.f32": 0.57, "sigmoid.f32": 0.34},
    **{"exp.f64": 0.77, "log.f64": 0.97, "tanh.f64": 1.31, "sigmoid.f64": 0.94},
}


def sigmoid(x, out):
    """Return 1 / (1 + exp(-x)) without a temporary."""
    np.negative(x, out=out)
    np.exp(out, out=out)
    np.add(out, 1, out=out)
    return np.divide(1, out, out=out)


def numpys(short):
    """Return NumPy's function that fills `out`, or None."""
    return sigmoid if short == "sigmoid" else getattr(np, short, None)


def inputs(short, dtype):
    """Return what the function is called with."""
    low, high = RANGES.get(short, (-5.0, 5.0))
    x = np.random.default_rng(0).uniform(low, high, (2, N)).astype(dtype)
    return tuple(x) if short in TWO else (x[0],)


def contestants(loops, name):
    """Return the native function and NumPy's, after they have agreed."""
    short, _, kind = name.partition(".")
    dtype = KINDS[kind][1]
    args, out, other = inputs(short, dtype), np.empty(N, dtype), np.empty(N, dtype)
    native = loops.bound(name, out, *args)
    runners = {"native": repeating(native)}
    numpy_function = numpys(short)
    if numpy_function is not None:
        native()
        numpy_function(*args, out=other)
        tolerance = 10 * np.finfo(dtype).eps
        np.testing.assert_allclose(out, other, tolerance, tolerance, err_msg=name)
        runners["NumPy"] = repeating(lambda: numpy_function(*args, out=other))
    return runners


def worst(loops, name):
    """Return the largest error in units in the last place; NaN if it cannot be told."""
    dtype = KINDS[name[-3:]][1]
    if dtype is np.float64 and np.finfo(np.longdouble).nmant < 60:
        return float("nan")
    args = arguments(name)
    with np.errstate(all="ignore"):
        return float(np.max(errors(loops(name, *args), evaluated(name, args), dtype)))


def main() -> None:
    """Print a line a function, then the targets."""
    machine()
    names = sorted(FUNCTIONS)
    loops = Loops(names)
    found = {}
    print(
        f"\nns an element, median (best)\n{'':16}{'native':>16}{'ulp':>8}{'NumPy':>16}"
    )
    for name in names:
        times = take_turns(contestants(loops, name), rounds=15, target=0.002)
        line = f"  {name:14}"
        for contestant, each in times.items():
            middle, best = statistics.median(each.wall), min(each.wall)
            line += f"{middle / N * 1e9:9.2f} ({best / N * 1e9:4.2f})"
            line += f"{worst(loops, name):8.2f}" if contestant == "native" else ""
        found[name] = min(times["native"].wall) / N * 1e9
        print(line, flush=True)
    print()
    for name, limit in TARGETS.items():
        verdict(f"{name}, ns", found[name], limit)


if __name__ == "__main__":
    main()
