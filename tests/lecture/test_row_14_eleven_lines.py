"""Row 14: a full 2-layer net in about 11 lines, checked against those lines."""

import re
from pathlib import Path

import numpy as np
import pytest

import hubel as hb

README = Path(__file__).parents[2] / "README.md"
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
Y = np.array([[0, 1, 1, 0]], float).T


def weights():
    random = np.random.RandomState(1)
    return 2 * random.random_sample((3, 4)) - 1, 2 * random.random_sample((4, 1)) - 1


def the_lines(iterations):
    """Train the 3-4-1 sigmoid net as the slide does: gradients written out by hand."""
    w0, w1 = weights()
    for _ in range(iterations):
        hidden = 1 / (1 + np.exp(-(X @ w0)))
        out = 1 / (1 + np.exp(-(hidden @ w1)))
        out_delta = (Y - out) * (out * (1 - out))
        hidden_delta = out_delta @ w1.T * (hidden * (1 - hidden))
        w1 = w1 + hidden.T @ out_delta
        w0 = w0 + X.T @ hidden_delta
    return w0, w1


def loss(params, x, y):
    """Halve the squared error of the slide's net."""
    w0, w1 = params
    hidden = 1 / (1 + np.exp(-(x @ w0)))
    out = 1 / (1 + np.exp(-(hidden @ w1)))
    return 0.5 * ((y - out) ** 2).sum()


def descend(params, x, y):
    gradients = hb.grad(loss)(params, x, y)
    return tuple(p - g for p, g in zip(params, gradients, strict=True))


@pytest.mark.parametrize("step", [descend, hb.compile(descend)])
def test_a_step_is_the_slides_step(step):
    ours = step(weights(), X, Y)
    for a, b in zip(ours, the_lines(1), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-14)


def test_60000_iterations_end_in_the_same_weights():
    step = hb.compile(descend, donate=(0,))
    params = tuple(w.copy() for w in weights())
    for _ in range(60_000):
        params = step(params, X, Y)
    for a, b in zip(params, the_lines(60_000), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-10)


def test_the_example_of_the_readme_is_at_most_11_lines_and_runs(capsys):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    lines = [line for line in blocks[0].splitlines() if line.strip()]
    assert len(lines) <= 11
    exec(compile(blocks[0], str(README), "exec"), {})
    assert float(capsys.readouterr().out.split()[-1]) > 0.6
