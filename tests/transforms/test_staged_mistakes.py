"""Typical mistakes in hand-written backward code, each of which is named."""

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DifferentiationError
from tests.transforms import student


@pytest.fixture
def desk(tmp_path):
    return student.Desk(tmp_path)


def check_softmax(desk, old="", new="", **options):
    net = desk(student.SOFTMAX, old, new)["net"]
    return hb.check_staged(net, inputs=student.numbers(), **options)


LABELS = "    dscores[range(N), y] -= 1\n"
MEAN = "    dscores /= N\n"
MASK = "    dhidden[hidden <= 0] = 0\n"
DB2 = "np.sum(dscores, axis=0)"
REG1 = "    grads['W1'] += reg * W1\n"

MISTAKES = {
    "the mean is forgotten": (
        MEAN,
        "    pass\n",
        "dscores",
        "is 5 times too large (5 = X.shape[0]: a division by it is missing)",
    ),
    "the labels are forgotten": (
        LABELS,
        "    pass\n",
        "dscores",
        "lacks a term: what belongs at the labels, [range(N), y], is missing",
    ),
    "the labels are off by one": (
        "dscores[range(N), y] -= 1",
        "dscores[range(N), (y + 1) % 3] -= 1",
        "dscores",
        "is off by one: it takes class y + 1",
    ),
    "whole columns are changed": (
        "dscores[range(N), y] -= 1",
        "dscores[:, y] -= 1",
        "dscores",
        "is changed in the columns of all labels, in every row",
    ),
    "the class is always the first one": (
        "dscores[range(N), y] -= 1",
        "dscores[range(N), 0] -= 1",
        "dscores",
        "takes class 0 in every row, not the labelled one",
    ),
    "the classes are others": (
        "dscores[range(N), y] -= 1",
        "dscores[range(N), [1, 1, 2, 0, 1]] -= 1",
        "dscores",
        "takes other classes than the labelled ones",
    ),
    "the labels come after the mean": (
        LABELS + MEAN,
        MEAN + LABELS,
        "dscores",
        "what belongs at the labels, [range(N), y], is 5 times too large",
    ),
    "the labels are added": (
        "y] -= 1",
        "y] += 1",
        "dscores",
        "what belongs at the labels, [range(N), y], has the wrong sign",
    ),
    "the scores have the wrong sign": (
        MEAN,
        "    dscores /= -N\n",
        "dscores",
        "has the wrong sign",
    ),
    "the mask is forgotten": (MASK, "", "db1", "lacks the mask of maximum at line 6"),
    "the mask is < and masks nothing": (
        "hidden <= 0",
        "hidden < 0",
        "db1",
        "lacks the mask of maximum at line 6",
    ),
    "the mask is the wrong way round": (
        "hidden <= 0",
        "hidden > 0",
        "dhidden",
        "has the mask of maximum at line 6",
    ),
    "the mask looks at the gradient": (
        "hidden <= 0",
        "dhidden <= 0",
        "dhidden",
        "is masked where the gradient is positive",
    ),
    "a gradient is used before it is finished": (
        MEAN + "    grads['W2'] = np.dot(hidden.T, dscores) + reg * W2\n",
        "    grads['W2'] = np.dot(hidden.T, dscores) + reg * W2\n" + MEAN,
        "dW2",
        "is computed from dscores of line 17, which is not the gradient of scores",
    ),
    "a weight is used after its update": (
        "    dhidden = np.dot(dscores, W2.T)\n",
        "    W2 = W2 - 0.5 * grads['W2']\n    dhidden = np.dot(dscores, W2.T)\n",
        "dhidden",
        "is computed with W2 as changed at line 21, not W2, at matmul at line 7",
    ),
    "the regularisation is forgotten": (
        " + reg * W2\n",
        "\n",
        "dW2",
        "lacks a term: the gradient of the regularisation at line 12",
    ),
    "the regularisation is twice as large": (
        REG1,
        "    grads['W1'] += 2 * reg * W1\n",
        "dW1",
        "has a term twice: the gradient of the regularisation at line 12",
    ),
    "the regularisation is half as large": (
        REG1,
        "    grads['W1'] += 0.5 * reg * W1\n",
        "dW1",
        "the gradient of the regularisation at line 12, `reg_loss = 0.5 * reg * "
        "(np.sum(W1 * W1) + np.sum(W2 * W2))`, is 2 times too small",
    ),
    "the regularisation is subtracted": (
        REG1,
        "    grads['W1'] -= reg * W1\n",
        "dW1",
        "np.sum(W2 * W2))`, has the wrong sign",
    ),
    "the strength of the regularisation is forgotten": (
        REG1,
        "    grads['W1'] += W1\n",
        "dW1",
        "np.sum(W2 * W2))`, lacks a factor reg = 0.1",
    ),
    "a gradient is added twice": (
        REG1,
        REG1 + REG1,
        "dW1",
        "has a term twice: the gradient of the regularisation",
    ),
    "a gradient is overwritten": (
        "grads['W1'] += reg * W1",
        "grads['W1'] = reg * W1",
        "dW1",
        "add up, += and not =",
    ),
    "biases are regularised": (
        REG1,
        REG1 + "    grads['b1'] += reg * b1\n",
        "db1",
        "has reg * b1 too much: a regularisation that the loss does not have",
    ),
    "the bias is not summed": (
        DB2,
        "dscores",
        "db2",
        "has shape (5, 3) in place of (3,): sum it over axis 0",
    ),
    "the bias is summed over the classes": (
        DB2,
        "np.sum(dscores, axis=1)",
        "db2",
        "is summed over axis 1",
    ),
    "the bias is summed over everything": (
        DB2,
        "np.sum(dscores)",
        "db2",
        "is summed over axis 0, 1",
    ),
    "the bias is averaged": (
        DB2,
        "np.mean(dscores, axis=0)",
        "db2",
        "is the mean over axis 0",
    ),
    "the bias keeps an axis": (
        DB2,
        "np.sum(dscores, axis=0, keepdims=True)",
        "db2",
        "has the right values, but shape (1, 3)",
    ),
    "the bias takes one example": (DB2, "dscores[0]", "db2", "of the first example"),
    "a product is transposed": (
        "np.dot(hidden.T, dscores) + reg * W2",
        "np.dot(dscores.T, hidden) + reg * W2.T",
        "dW2",
        "is transposed",
    ),
    "a product has another shape": (
        "np.sum(dhidden, axis=0)",
        "np.sum(dhidden[:, :4], axis=0)",
        "db1",
        "has shape (4,); it should have (6,)",
    ),
    "a gradient is zero": (
        "grads['W1'] = np.dot(X.T, dhidden)\n",
        "grads['W1'] = -reg * W1\n",
        "dW1",
        "is zero everywhere",
    ),
    "a gradient is NaN": (
        DB2,
        "np.sum(dscores, axis=0) * np.nan",
        "db2",
        "is nan at [0]",
    ),
    "a gradient is None": (
        "grads['b1'] = np.sum(dhidden, axis=0)",
        "grads['b1'] = None",
        "db1",
        "is not given",
    ),
    "a part has the wrong sign": (
        "np.dot(X.T, dhidden)",
        "-np.dot(X.T, dhidden)",
        "dW1",
        "`hidden = np.maximum(0, X.dot(W1) + b1)`, has the wrong sign",
    ),
    "something else": (
        "np.dot(X.T, dhidden)",
        "np.dot(X.T, np.cos(dhidden))",
        "dW1",
        "is wrong in 24 of 24 elements, most at",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_first_mistake_is_named(desk, mistake):
    old, new, name, how = MISTAKES[mistake]
    report = check_softmax(desk, old, new)
    assert not report.ok
    assert report.first.name == name
    assert how in report.first.how
    assert how in str(report)


def test_what_is_computed_from_a_mistake_follows_from_it(desk):
    report = check_softmax(desk, MEAN, "    pass\n")
    assert report.first.name == "dscores"
    rest = [s for s in report.stages if s.name != "dscores"]
    assert {s.status for s in rest} == {"follows"}
    assert {s.how for s in rest} == {"follows from dscores"}


def test_a_second_mistake_is_told_from_what_follows(desk):
    source = student.SOFTMAX.replace(MEAN, "    pass\n")
    net = desk(source, "+ reg * W2\n", "\n")["net"]
    report = hb.check_staged(net, inputs=student.numbers())
    assert report.first.name == "dscores"
    assert report["dW2"].status == "wrong"
    assert "regularisation" in report["dW2"].how
    assert report["dW1"].status == "follows"


def test_one_mistake_in_two_gradients_is_named_once(desk):
    report = check_softmax(desk, MASK, "")
    assert report["db1"].status == "wrong"
    assert report["dW1"].status == "follows"
    assert report["dW1"].how == "has the same mistake as db1"


def test_the_report_shows_the_line(desk, tmp_path):
    report = check_softmax(desk, MEAN, "")
    line = f"{tmp_path / 'exercise_1.py'}:17: dscores[range(N), y] -= 1"
    assert report.first.where == line
    assert str(report).splitlines()[:2] == [
        "the first mistake: dscores is 5 times too large "
        "(5 = X.shape[0]: a division by it is missing)",
        f"  at {line}",
    ]


def test_the_first_mistake_is_raised_on_request(desk):
    assert check_softmax(desk, raise_on_error=True).ok
    with pytest.raises(DifferentiationError, match="dscores is 5 times too large"):
        check_softmax(desk, MEAN, "", raise_on_error=True)


def test_a_report_has_stages_by_name(desk):
    report = check_softmax(desk)
    assert str(report["dW1"]) == "dW1 is right"
    with pytest.raises(KeyError):
        report["dW3"]


# Other exercises ------------------------------------------------------------------

ACTIVATIONS = {
    "(1 - a1 ** 2)": "takes 1 - input ** 2 as the local gradient of tanh at line 9",
    "(1 - np.tanh(h1) ** 2)": "takes the local gradient of tanh at line 9, "
    "`h1 = np.tanh(a1)`, at its output, not its input",
    "1": "lacks the local gradient of tanh at line 9",
    "(1 - h1 ** 2) ** 2": "has the local gradient of tanh at line 9, "
    "`h1 = np.tanh(a1)` twice",
    "-(1 - h1 ** 2)": "has the wrong sign",
    "1 / (1 - h1 ** 2)": "is divided by the local gradient of tanh",
}


@pytest.mark.parametrize("slope", ACTIVATIONS)
def test_mistakes_in_an_activation_are_named(desk, slope):
    names = desk(student.SIGMOID, "(1 - h1 ** 2)", slope)
    report = hb.check_staged(
        names["forward"], names["backward"], student.sigmoid_numbers()
    )
    assert report.first.name == "da1"
    assert ACTIVATIONS[slope] in report.first.how
    assert report["dW1"].how == "follows from da1"


SIGMOIDS = {
    "a2 * (1 - a2)": "takes input * (1 - input) as the local gradient of p",
    "sigmoid(p) * (1 - sigmoid(p))": "at its output, not its input",
    "1": "lacks the local gradient of p",
}


@pytest.mark.parametrize("slope", SIGMOIDS)
def test_a_sigmoid_of_several_gates_is_one_activation(desk, slope):
    names = desk(student.SIGMOID, "dp * p * (1 - p)", f"dp * {slope}")
    report = hb.check_staged(
        names["forward"], names["backward"], student.sigmoid_numbers()
    )
    assert report.first.name == "da2"
    assert SIGMOIDS[slope] in report.first.how


CLASS_MISTAKES = {
    ("dz1 = dh1 * (z1 > 0)", "dz1 = dh1"): ("dz1", "lacks the mask of maximum"),
    ("dW1 = X.T @ dz1", "dW1 = X.T @ dh1"): (
        "dW1",
        "is computed from dh1 of line 27, which is not the gradient of z1",
    ),
    ("dW2 = h1.T", "dW2 = z1.T"): ("dW2", "is computed with z1, not h1, at matmul"),
    ("'b1': db1, ", ""): ("db1", "is not given"),
}


@pytest.mark.parametrize("mistake", CLASS_MISTAKES)
def test_mistakes_in_a_class_are_named(desk, mistake):
    given = student.numbers()
    params = {k: given[k] for k in ("W1", "b1", "W2", "b2")}
    net = desk(student.CLASS, *mistake)["TwoLayerNet"](params)
    report = hb.check_staged(net.loss, inputs=(given["X"], given["y"], 0.05))
    name, how = CLASS_MISTAKES[mistake]
    assert report.first.name == name
    assert how in report.first.how


SVM_MISTAKES = {
    ("2 * reg", "reg"): ("dW", "is 2 times too small"),
    ("binary / N", "binary"): ("dscores", "is 5 times too large"),
    ("= -np.sum(binary, axis=1)", "= 0"): ("dscores", "at the labels, [range(N), y]"),
    ("= -np.sum(binary, axis=1)", "= -1"): ("dscores", "is wrong at the labels only"),
    ("margins > 0]", "margins >= 0]"): (
        "dscores",
        "just where margins is 0 (is it > or >=?)",
    ),
}


@pytest.mark.parametrize("mistake", SVM_MISTAKES)
def test_mistakes_in_an_svm_are_named(desk, mistake):
    given = student.numbers()
    inputs = {"W": given["W1"][:, :3], **{k: given[k] for k in ("X", "y", "reg")}}
    report = hb.check_staged(desk(student.SVM, *mistake)["svm"], inputs=inputs)
    name, how = SVM_MISTAKES[mistake]
    assert report.first.name == name
    assert how in report.first.how


LOOP_MISTAKES = {
    ("    dW += 2 * reg * W\n", ""): "the gradient of the regularisation at line 21",
    ("    dW /= num_train\n", ""): "`loss /= num_train`, is 5 times too large",
    ("                dW[:, y[i]] -= X[i].T\n", ""): "`correct_class_score = "
    "scores[y[i]]`, is missing",
}


@pytest.mark.parametrize("mistake", LOOP_MISTAKES)
def test_mistakes_in_loops_are_named_by_their_lines(desk, mistake):
    given = student.numbers()
    inputs = {"W": given["W1"][:, :3], **{k: given[k] for k in ("X", "y", "reg")}}
    report = hb.check_staged(desk(student.SVM_IN_LOOPS, *mistake)["svm"], inputs=inputs)
    assert LOOP_MISTAKES[mistake] in report.first.how


def test_a_square_weight_without_its_transpose_is_named():
    def net(x, w):
        h = x @ w
        loss = np.sum(np.sin(h))
        dh = np.cos(h)
        dx = dh @ w
        return loss, {"x": dx}

    rng = np.random.default_rng(2)
    inputs = {"x": rng.normal(size=(5, 3)), "w": rng.normal(size=(3, 3))}
    first = hb.check_staged(net, inputs=inputs).first
    assert first.name == "dx"
    assert "w.T where w belongs, or without its .T" in first.how


def test_one_wrong_number_is_shown_beside_the_right_one(desk):
    circuit = desk(student.CIRCUIT, "dx = 1.0 * dq", "dx = y * dq")["circuit"]
    report = hb.check_staged(circuit, inputs={"x": -2.0, "y": 5.0, "z": -4.0})
    assert str(report.first) == "dx is -20, but should be -4"


def test_a_wrong_gradient_is_that_of_the_version_with_its_shape():
    def net(x, w):
        x = x.reshape(len(x), -1)
        h = x @ w
        loss = np.sum(h * h)
        dx = 3 * (h @ w.T).reshape(-1, 2, 2)
        return loss, {"x": dx}

    rng = np.random.default_rng(4)
    inputs = {"x": rng.normal(size=(3, 2, 2)), "w": rng.normal(size=(4, 2))}
    first = hb.check_staged(net, inputs=inputs).first
    assert first.how == "is 1.5 times too large"
