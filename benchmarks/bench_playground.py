"""The playground beside ConvNetJS's 2-D demo: examples a second, and frames.

The demo's net (2-6-2-2, tanh, softmax, SGD with momentum), 200 points, batches of 10.
ConvNetJS runs under Node without drawing anything; hubel trains as the playground does,
with a frame (the decision regions, the bent grid, all numbers) 30 times a second::

    npm pack convnetjs@0.3.0 && tar xzf convnetjs-0.3.0.tgz
    python -m benchmarks.bench_playground --convnetjs package/build/convnet.js
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np

from hubel.nn import Linear
from hubel.playground._points_room import PointsRoom

ROUNDS = 20
FRAMES = 30


def main() -> None:
    """Print both rates, and how long a frame takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--convnetjs", type=Path, help="the library's one file")
    options = parser.parse_args()
    room = PointsRoom()
    peer = None
    if options.convnetjs is not None and shutil.which("node"):
        peer = beside(room, options.convnetjs.resolve())
    rates, frames = played(room)
    report("hubel, drawing 30 frames a second", rates)
    if peer is not None:
        report("ConvNetJS under Node, drawing nothing", peer)
        ratio = statistics.median(rates) / statistics.median(peer)
        print(f"hubel / ConvNetJS: {ratio:.1f}")
    frames = np.array(frames) * 1e3
    print(
        f"a frame takes {np.median(frames):.1f} ms, "
        f"{np.percentile(frames, 95):.1f} ms at the 95th percentile"
    )


def report(name: str, rates: list[float]) -> None:
    """Print a rate: its median and its range."""
    low, middle, high = min(rates), statistics.median(rates), max(rates)
    print(f"{name}: {middle:,.0f} examples a second ({low:,.0f} to {high:,.0f})")


def played(room: PointsRoom) -> tuple[list[float], list[float]]:
    """Train and draw; return examples a second, and what each frame took."""
    room.handle({"type": "run", "on": True})
    deadline = time.perf_counter() + 2
    while time.perf_counter() < deadline:  # until native code is there
        room.work(0.012)
        room.frame(1)
    rates: list[float] = []
    frames: list[float] = []
    for _ in range(ROUNDS):
        before, start = room.learner.step, time.perf_counter()
        for number in range(FRAMES // 10):
            due = start + (number + 1) / FRAMES
            drawn = time.perf_counter()
            frame, stats = room.frame(1)
            frame.pack()
            json.dumps(stats)
            frames.append(time.perf_counter() - drawn)
            while time.perf_counter() < due:
                room.work(0.012)
        steps = room.learner.step - before
        rates.append(steps * room.learner.size / (time.perf_counter() - start))
    return rates, frames


def beside(room: PointsRoom, library: Path) -> list[float]:
    """Run ConvNetJS on the same net and points; its answers have to be hubel's."""
    net, settings = room.learner.net, room.settings
    x, y = room.points.train
    layers = [
        {"weight": layer.weight.tolist(), "bias": layer.bias.tolist()}
        for layer in net.layers
        if isinstance(layer, Linear)
    ]
    given: dict[str, Any] = {
        "library": str(library),
        "hidden": [layer.units for layer in settings.layers],
        "layers": layers,
        "x": x.tolist(),
        "y": y.tolist(),
        "lr": settings.lr,
        "momentum": settings.momentum,
        "l2": settings.l2 * settings.batch,  # it divides the penalty by the batch
        "batch": settings.batch,
        "rounds": ROUNDS,
    }
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("convnetjs_loop.js"))],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    scores = net(x)
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    mine = raised / raised.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found["probabilities"], mine, atol=1e-5)
    return found["rates"]


if __name__ == "__main__":
    main()
