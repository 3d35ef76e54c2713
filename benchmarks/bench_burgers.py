"""How fast is the Jacobian of a stencil: Burgers' equation on a ring of 10,000 points?

``u_t = -u u_x + nu u_xx`` by central differences, written with ``np.roll``. Targets:
the first result (tracing, detection, colouring, evaluation) in under 0.1 s of CPU
time, later evaluations of function and Jacobian within 6 times the compiled function.
Three colours are impossible here: ``hubel.derive.coloring.color_columns`` says why.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

import hubel as hb
from benchmarks._harness import machine, race, verdict
from hubel.compiler.numpy_plan import NumpyPlan
from hubel.compiler.passes import run_passes
from hubel.compiler.plan import make_plan
from hubel.derive.choice import choose
from hubel.derive.compressed import Compression, compressed_graph
from hubel.derive.sparsity import pattern_of
from hubel.structure import Sparse
from hubel.tracing.program import trace_program

N = 10_000
NU = 0.01
ROUNDS = 15
STEPS = ("trace", "detect", "colour", "derive", "plan", "evaluate")


def burgers(u):
    """Return the time derivative of a velocity on a ring of length 1."""
    after, before = np.roll(u, -1), np.roll(u, 1)
    slope = (after - before) * (N / 2)
    curvature = (after - 2 * u + before) * N**2
    return -u * slope + NU * curvature


def prepared(u):
    """Do all that comes before and with the first result; also the seconds of each."""
    times = [time.process_time()]

    def done(result):
        times.append(time.process_time())
        return result

    graph = done(trace_program(burgers, (u,), {}).graph)
    source, output = graph.inputs["u"], graph.outputs["out"]
    pattern = done(pattern_of(graph.nodes, {}, source, output))
    choice = done(choose(pattern))
    compression = Compression(pattern, choice.coloring)
    derived = done(compressed_graph(graph, "u", "out", compression))
    plan = done(NumpyPlan(make_plan(run_passes(derived), {})))
    _, entries = plan([u])
    jacobian = done(Sparse(pattern, entries))
    return plan, jacobian, choice, np.diff(times)


def check(jacobian, u) -> None:
    """Compare with central differences in random directions."""
    random, step = np.random.default_rng(1), 1e-6
    for _ in range(5):
        direction = random.normal(size=N)
        ahead, behind = burgers(u + step * direction), burgers(u - step * direction)
        expected = (ahead - behind) / (2 * step)
        found = jacobian @ direction
        error = abs(found - expected).max() / abs(expected).max()
        assert error < 1e-8, error


def main() -> None:
    """Assert that the Jacobian is right, then time it."""
    machine()
    u = np.sin(2 * np.pi * np.arange(N) / N) + 1.5
    plan, jacobian, choice, first = prepared(u)
    check(jacobian, u)
    assert choice.coloring.forward == 4, choice.reason
    print(f"\n{jacobian.pattern}: {choice.reason}")
    runs = [first] + [prepared(u)[3] for _ in range(ROUNDS)]
    print(f"\nfirst result, CPU ms: the very first, and the median of {ROUNDS} more")
    for name, cold, *warm in zip(STEPS, *runs, strict=True):
        print(f"  {name:12}{cold * 1e3:8.2f}{statistics.median(warm) * 1e3:8.2f}")
    verdict("first result, seconds", first.sum(), 0.1)
    found = hb.jacobian(burgers)(u)
    print(f"\nhb.jacobian: {found!r}\n{hb.explain(found)}")
    moved = np.sin(np.arange(N))
    np.testing.assert_allclose(found @ moved, jacobian @ moved, rtol=1e-9, atol=1e-3)
    f = hb.compile(burgers)
    np.testing.assert_allclose(plan([u])[0], f(u), rtol=1e-12)
    contestants = {
        "f compiled": lambda: f(u),
        "f as written": lambda: burgers(u),
        "f and Jacobian": lambda: plan([u]),
        "hb.jacobian, traced": lambda: hb.jacobian(burgers)(u),
    }
    ratios = race(f"Burgers, n = {N:,}, float64", contestants)
    verdict("later evaluations", ratios["f and Jacobian"], 6.0)


if __name__ == "__main__":
    main()
