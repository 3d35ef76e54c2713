"""Row 15: the assignment, a 2-layer net computed in stages; its mistakes are named."""

import re
from pathlib import Path

import numpy as np
import pytest

import hubel as hb
from tests.transforms.student import SOFTMAX, Desk

PAGE = Path(__file__).parents[2] / "docs" / "finding-mistakes.md"

SLIDE = """
import numpy as np

def two_layer_net(X, y, W1, b1, W2, b2):
    # forward pass
    h1 = 1 / (1 + np.exp(-(X @ W1 + b1)))
    scores = h1 @ W2 + b2
    exp_scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    probs = exp_scores / exp_scores.sum(axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(len(y)), y]).mean()
    # backward pass
    dscores = probs.copy()
    dscores[np.arange(len(y)), y] -= 1
    dscores /= len(y)
    dh1, dW2, db2 = dscores @ W2.T, h1.T @ dscores, dscores.sum(axis=0)
    da1 = dh1 * h1 * (1 - h1)
    dW1, db1 = X.T @ da1, da1.sum(axis=0)
    return loss, dW1, db1, dW2, db2
"""


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def numbers(examples=20, inputs=12, hidden=7, classes=5):
    rng = np.random.default_rng(15)
    return {
        "X": rng.normal(size=(examples, inputs)),
        "y": rng.integers(0, classes, examples),
        "W1": rng.normal(size=(inputs, hidden)) / np.sqrt(inputs),
        "b1": rng.normal(size=hidden),
        "W2": rng.normal(size=(hidden, classes)) / np.sqrt(hidden),
        "b2": rng.normal(size=classes),
    }


def test_the_stages_of_the_slide_are_right(desk):
    report = hb.check_staged(desk(SLIDE)["two_layer_net"], inputs=numbers())
    assert report.ok
    names = [stage.name for stage in report.stages]
    assert names == ["dscores", "db2", "dW2", "dh1", "db1", "dW1"]


MISTAKES = {
    ("    dscores /= len(y)\n", ""): ("dscores", "20 times too large"),
    ("y] -= 1", "y] += 1"): ("dscores", "the labels"),
    ("y] -= 1", "y - 1] -= 1"): ("dscores", "off by one"),
    ("dscores.sum(axis=0)", "dscores.sum(axis=1)"): ("db2", "summed over axis 1"),
    ("dscores.sum(axis=0)", "dscores"): ("db2", "sum it over axis 0"),
    ("h1.T @ dscores", "dscores.T @ h1"): ("dW2", "transposed"),
    ("h1.T @ dscores", "-h1.T @ dscores"): ("dW2", "wrong sign"),
    ("h1.T @ dscores", "h1.T @ probs"): ("dW2", "computed from probs"),
    ("dh1 * h1 * (1 - h1)", "dh1"): ("db1", "lacks the local gradient"),
    ("X.T @ da1, da1", "X.T @ dh1, da1"): ("dW1", "lacks the local gradient"),
    ("X.T @ da1, da1", "X.T @ (da1 / len(y)), da1"): ("dW1", "20 times too small"),
    ("X.T @ da1, da1", "X.T @ da1 + 0.1 * W1, da1"): ("dW1", "regularisation"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_stage(desk, mistake):
    report = hb.check_staged(desk(SLIDE, *mistake)["two_layer_net"], inputs=numbers())
    name, how = MISTAKES[mistake]
    assert report.first.name == name
    assert how in report.first.how


def test_the_lectures_3072_100_10_on_real_images(desk, cifar10_exact_folder):
    records = np.fromfile(cifar10_exact_folder / "test_exact_dev_500.bin", np.uint8)
    records = records.reshape(-1, 3073)[:50]
    given = numbers(50, 3072, 100, 10)
    inputs = {**given, "X": records[:, 1:] / 255 - 0.5, "y": records[:, 0], "reg": 0.01}
    assert hb.check_staged(desk(SOFTMAX)["net"], inputs=inputs).ok
    net = desk(SOFTMAX, "dhidden[hidden <= 0] = 0", "dhidden[X[:, :100] <= 0] = 0")
    first = hb.check_staged(net["net"], inputs=inputs).first
    assert first.name == "dhidden"


def blocks():
    """List the examples of the page: language, first line, text."""
    text = PAGE.read_text(encoding="utf-8")
    for match in re.finditer(r"^```(\w+)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        yield match[1], text[: match.start()].count("\n") + 1, match[2]


def test_the_page_shows_what_its_examples_print(capsys):
    names, printed = {}, []
    for language, line, text in blocks():
        if language == "python":
            exec(compile("\n" * line + text, str(PAGE), "exec"), names)
            printed.append(capsys.readouterr().out.strip())
        else:
            shown = re.sub(r"at \S+\.py:\d+:", "at", text.strip())
            said = re.sub(r"at \S+\.md:\d+:", "at", printed.pop(0))
            assert said == shown
    assert printed == []
