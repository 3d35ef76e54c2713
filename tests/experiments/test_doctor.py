"""A healthy net passes; each planted fault is found by the check that is about it."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import hubel as hb
from hubel import nn
from hubel.data import Dataset, tenshapes
from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.experiments.doctor import Finding, diagnose, suggest_rate
from hubel.streams import stream

HEALTHY = nn.TrainConfig(lr=0.05, l2=1e-3)


def blobs(count=600, classes=5, inputs=12):
    """Draw points around a centre for each class, of mean 0 and deviation near 1."""
    random = stream(3, "blobs")
    labels = np.arange(count) % classes
    centres = random.standard_normal((classes, inputs))
    points = 0.8 * centres[labels] + 0.6 * random.standard_normal((count, inputs))
    return points.astype(np.float32), labels


POINTS, LABELS = blobs()
TRAIN, TEST = (POINTS[:500], LABELS[:500]), (POINTS[500:], LABELS[500:])


def examine(net=None, train=TRAIN, test=TEST, config=HEALTHY):
    return diagnose(net or nn.mlp(12, 20, 5), train, test, config)


@cache
def shapes():
    """Return a net on images, with what it is trained on and how."""
    train, _ = tenshapes(1500, 0)
    inner = nn.mlp(3072, 30, 10)
    net = nn.Sequential(nn.Normalize.of(train.images), nn.Flatten(), *inner)
    return net, train, nn.TrainConfig(lr=0.02, l2=1e-2)


def test_a_healthy_net_passes():
    found = examine()
    assert {line.verdict for line in found.findings} == {"pass"}, str(found)
    assert found.healthy
    assert found["initial loss"].number == pytest.approx(math.log(5), abs=0.05)


def test_a_healthy_net_on_tenshapes_passes():
    net, train, config = shapes()
    found = diagnose(net, train, tenshapes(0, 200)[1], config)
    assert not [line for line in found.findings if line.verdict != "pass"], str(found)


@pytest.mark.parametrize("loss", ["softmax", "svm"])
def test_the_initial_loss_is_that_of_the_lecture(loss):
    config = replace(HEALTHY, loss=loss, lr=0.01)
    line = examine(config=config)["initial loss"]
    expected = math.log(5) if loss == "softmax" else 4
    assert line.number == pytest.approx(expected, abs=0.1)
    assert line.verdict == "pass"


class Flipped(hb.Gate):
    """tanh whose backward has the wrong sign."""

    def forward(self, x):
        self.save(np.tanh(x))
        return self.saved[0]

    def backward(self, upstream):
        (y,) = self.saved
        return -upstream * (1 - y * y)


class MeanLoss(hb.Gate):
    """Softmax loss; its backward forgets to divide by the number of examples."""

    def forward(self, scores, labels):
        z = scores - scores.max(axis=1, keepdims=True)
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        self.save(p, labels)
        right = p[np.arange(len(labels)), labels]
        return -np.log(np.maximum(right, 1e-30)).mean()

    def backward(self, upstream):
        p, labels = self.saved
        return upstream * (p - np.eye(p.shape[1], dtype=p.dtype)[labels]), None


class NaiveSoftmax(hb.Gate):
    """Softmax without subtracting the maximum."""

    def forward(self, x):
        e = np.exp(x)
        self.save(e / e.sum(axis=1, keepdims=True))
        return self.saved[0]

    def backward(self, upstream):
        (p,) = self.saved
        return p * (upstream - (upstream * p).sum(axis=1, keepdims=True))


class Through(nn.Module):
    """A gate as a layer."""

    gate: type = nn.static()

    def __call__(self, x, *, key=None):
        return self.gate()(x)


def negative_log(probabilities, labels):
    right = np.eye(5, dtype=np.float32)[np.asarray(labels)]
    return -np.sum(np.log(probabilities) * right) / probabilities.shape[0]


def summed(scores, labels):
    return nn.softmax_cross_entropy(scores, labels) * scores.shape[0]


def own_mean(scores, labels):
    return MeanLoss()(scores, labels)


def layers(hidden, activation):
    return nn.mlp(12, hidden, 5, activation=activation)


def with_first(net, **arrays):
    first = net[0]
    changed = {k: f(getattr(first, k)) for k, f in arrays.items()}
    return nn.Sequential(first.replace(**changed), *list(net)[1:])


def test_a_wrong_sign_in_a_gate_of_ones_own():
    net = nn.Sequential(nn.Linear(12, 20), Through(Flipped), nn.Linear(20, 5))
    line = examine(net)["gradient of layers.0.weight"]
    assert line.verdict == "fail"
    assert "wrong sign" in line.advice


def test_a_missing_division_by_the_number_of_examples_in_a_gradient():
    line = examine(config=replace(HEALTHY, loss=own_mean))[
        "gradient of layers.2.weight"
    ]
    assert line.verdict == "fail"
    assert "1/N" in line.advice


def test_a_loss_that_is_a_sum():
    line = examine(config=replace(HEALTHY, loss=summed))["loss of every example twice"]
    assert (line.verdict, round(line.number)) == ("fail", 2)


@pytest.mark.parametrize(("factor", "word"), [(100, "Too high"), (0.01, "Too low")])
def test_a_learning_rate_that_is_wrong_by_a_hundred(factor, word):
    for net, train, config in ((None, TRAIN, HEALTHY), shapes()):
        wrong = replace(config, lr=config.lr * factor)
        line = examine(net, train, None, wrong)["learning rate"]
        assert line.verdict == "fail"
        assert line.advice.startswith(word)


def test_shuffled_labels():
    images, labels = TRAIN
    shuffled = stream(0, "shuffled").permutation(labels)
    found = examine(train=(images, shuffled))
    assert found["accuracy on examples held out"].verdict == "fail"
    assert "shuffled" in found["accuracy on examples held out"].advice
    assert found["initial loss"].verdict == "pass"


def test_an_input_that_is_not_normalised():
    images = (128 + 60 * POINTS).astype(np.float32)
    line = examine(train=(images, LABELS), test=None)["spread of the input of layers.0"]
    assert line.verdict == "fail"
    assert "Normalize" in line.advice


def test_dead_relus():
    net = with_first(layers(20, "relu"), bias=lambda b: b - 50)
    found = examine(net)
    assert (found["dead ReLUs"].verdict, found["dead ReLUs"].number) == ("fail", 1)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_a_saturated_start(activation):
    net = with_first(layers(20, activation), weight=lambda w: w * 100)
    assert examine(net)[f"saturated {activation}s"].verdict == "fail"


def test_a_softmax_without_subtracting_the_maximum():
    net = nn.Sequential(*layers(20, "relu"), Through(NaiveSoftmax))
    found = examine(net, config=replace(HEALTHY, loss=negative_log))
    line = found["loss where all scores are 1000 higher"]
    assert line.verdict == "fail"
    assert "greatest score" in line.advice


def test_the_test_set_in_the_training_set():
    line = examine(train=(POINTS, LABELS))["test images in the training set"]
    assert (line.verdict, line.number) == ("fail", 1)


def test_constant_images():
    images = POINTS.copy()
    images[::7] = 0
    found = examine(train=(images, LABELS), test=None)
    assert found["constant images"].number == pytest.approx(1 / 7, abs=0.01)
    assert found["constant images"].verdict == "fail"
    assert found["equal images with different labels"].verdict in ("warn", "fail")


def test_repeated_images():
    twice = np.concatenate([POINTS, POINTS]), np.concatenate([LABELS, LABELS])
    line = examine(train=twice, test=None)["repeated images"]
    assert (line.verdict, line.number) == ("fail", 0.5)


def test_a_class_that_is_rare():
    kept = (LABELS != 2) | (np.arange(len(LABELS)) < 10)
    line = examine(train=(POINTS[kept], LABELS[kept]), test=None)["label balance"]
    assert line.verdict == "fail"
    assert "Class 2" in line.advice


def test_a_label_without_a_score():
    line = examine(nn.mlp(12, 20, 4))["highest label"]
    assert (line.verdict, line.number) == ("fail", 4)


def test_numbers_that_are_not_finite():
    images = TRAIN[0].copy()
    images[3, 2] = np.nan
    assert examine(train=(images, TRAIN[1]))["inputs that"].verdict == "fail"


def test_a_signal_that_vanishes():
    net = nn.mlp(12, *[20] * 6, 5, activation="tanh", init="small")
    found = examine(net)
    assert found["signal through the hidden layers, forward"].verdict == "fail"
    assert found["signal through the hidden layers, backward"].verdict == "fail"


class Unregularised(nn.Module):
    """A linear layer whose weights are declared as a bias."""

    matrix: nn._module.Array = nn.bias()

    def __call__(self, x, *, key=None):
        return x @ self.matrix


def test_regularisation_without_effect():
    net = Unregularised(np.full((12, 5), 0.01, np.float32))
    assert examine(net)["rise of the loss under"].verdict == "fail"


def test_a_start_with_an_opinion():
    net = nn.Sequential(nn.Linear(12, 5, init=lambda g, s: 10 * g.standard_normal(s)))
    assert examine(net)["initial loss"].verdict == "fail"


def test_a_net_that_cannot_learn_by_heart():
    net = nn.Sequential(nn.Frozen(nn.Linear(12, 1, init="small")), nn.Linear(1, 5))
    assert examine(net)["loss of 20 examples learned by heart"].verdict == "fail"


def test_training_afterwards_is_as_without():
    def train():
        settings = {"epochs": 2, "lr": 0.05, "deterministic": True}
        return nn.fit(net, *TRAIN, **settings)[0].parameters()

    net = nn.mlp(12, 20, 5, dropout=0.3)
    before = {path: array.copy() for path, array in net.parameters().items()}
    first = train()
    state = np.random.get_state()[1].copy()  # noqa: NPY002  nobody may move it
    examine(net)
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002
    for path, array in net.parameters().items():
        np.testing.assert_array_equal(array, before[path])
    for path, array in train().items():
        np.testing.assert_array_equal(array, first[path])


def test_what_it_says(tmp_path):
    told = []
    found = diagnose(nn.mlp(12, 20, 5), TRAIN, TEST, HEALTHY, watch=told.append)
    assert tuple(t for t in told if isinstance(t, Finding)) == found.findings
    assert told[0] == "the data"
    assert str(found).endswith(found.summary())
    assert "<td>initial loss</td>" in found._repr_html_()
    page = found.save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Learning-rate range test" in page
    assert "Outputs of layers.0 Linear" in page
    assert found.as_json()["findings"][0]["verdict"] == "pass"
    with pytest.raises(KeyError):
        found["horoscope"]


def test_what_it_does_not_take():
    net = nn.mlp(12, 5)
    with pytest.raises(DTypeError, match="whole numbers"):
        diagnose(net, (POINTS, LABELS * 1.0))
    with pytest.raises(ShapeError, match="needed are"):
        diagnose(net, (POINTS, LABELS[:-1]))
    with pytest.raises(OptionError, match="too few"):
        diagnose(net, (POINTS[:1], LABELS[:1]))
    with pytest.raises(OptionError, match="no parameters"):
        diagnose(nn.Flatten(), TRAIN)


def test_it_takes_data_sets():
    data = Dataset(*TRAIN, class_names=tuple("abcde"), name="blobs")
    assert diagnose(nn.mlp(12, 20, 5), data, config=HEALTHY).healthy


@pytest.mark.parametrize("seed", range(8))
def test_the_suggestion_holds_under_noise(seed):
    # A plateau, a fall around 10**-2, a divergence from 10**-0.5 on.
    rates = np.geomspace(1e-6, 10, 71)
    x = np.log10(rates)
    losses = 2.3 - 0.8 * (1 + np.tanh(2.5 * (x + 2))) / 2 + np.exp(8 * (x + 0.3))
    noisy = losses + 0.03 * stream(seed, "noise").standard_normal(71)
    assert abs(math.log10(suggest_rate(rates, noisy)) + 2) < 0.4


def test_the_page_about_it_shows_what_its_example_prints(capsys):
    text = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text("utf-8")
    code, shown = re.findall(r"```(?:python|text)\n(.*?)```", text, re.DOTALL)
    exec(compile(code, "doctor.md", "exec"), {})
    assert capsys.readouterr().out == shown
