"""Hand-written backward code is checked as it is, and its mistakes are named."""

import sys

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DifferentiationError, OptionError, TraceError
from tests.transforms import student


@pytest.fixture
def desk(tmp_path):
    return student.Desk(tmp_path)


def check_softmax(desk, old="", new="", **options):
    net = desk(student.SOFTMAX, old, new)["net"]
    return hb.check_staged(net, inputs=student.numbers(), **options)


def statuses(report):
    return {stage.name: stage.status for stage in report.stages}


# The exercise without a mistake ---------------------------------------------------


def test_a_correct_exercise_passes(desk):
    report = check_softmax(desk)
    assert report.ok
    assert report.first is None
    assert [stage.name for stage in report.stages] == [
        "dscores",
        "db2",
        "dW2",
        "dhidden",
        "db1",
        "dW1",
    ]
    assert all(stage.error < 1e-9 for stage in report.stages)
    assert str(report).startswith("all 6 gradients are right")


@pytest.mark.parametrize("source", [student.SVM, student.SVM_IN_LOOPS])
def test_a_correct_svm_passes(desk, source):
    given = student.numbers()
    inputs = {"W": given["W1"][:, :3], **{k: given[k] for k in ("X", "y", "reg")}}
    report = hb.check_staged(desk(source)["svm"], inputs=inputs)
    assert report.ok
    assert report["dW"].status == "right"


def test_a_method_that_reads_its_own_parameters_passes_and_is_left_as_it_was(desk):
    given = student.numbers()
    params = {k: given[k] for k in ("W1", "b1", "W2", "b2")}
    before = {k: v.copy() for k, v in params.items()}
    net = desk(student.CLASS)["TwoLayerNet"](params)
    report = hb.check_staged(net.loss, inputs=(given["X"], given["y"], 0.05))
    assert report.ok
    assert {"dh1", "dz1", "dscores"} < set(statuses(report))
    assert net.params is params
    assert set(vars(net)) == {"params"}
    for name, array in params.items():
        assert type(array) is np.ndarray
        np.testing.assert_array_equal(array, before[name])


def test_parameters_may_be_in_any_dict(desk):
    given = student.numbers()
    params = {"w": given["W1"], "b": given["b1"]}

    def loss(x):
        h = np.tanh(x @ params["w"] + params["b"])
        loss = np.sum(h**2)
        dh = 2 * h
        da = dh * (1 - h * h)
        return loss, {"w": x.T @ da, "b": da.sum(axis=0)}

    report = hb.check_staged(loss, inputs={"x": given["X"]}, params=params)
    assert report.ok
    assert set(statuses(report)) == {"dh", "dw", "db"}


def sigmoid_inputs():
    given = student.numbers()
    rest = {k: given[k] for k in ("W1", "b1", "W2", "b2")}
    return {"x": given["X"], "y": np.sin(np.arange(15.0)).reshape(5, 3), **rest}


def test_forward_and_backward_may_be_two_functions(desk):
    names = desk(student.SIGMOID)
    report = hb.check_staged(names["forward"], names["backward"], sigmoid_inputs())
    assert report.ok
    assert len(report.stages) == 8


def test_gradients_may_be_given_ready_made(desk):
    names, inputs = desk(student.SIGMOID), sigmoid_inputs()
    _, stages = names["forward"](**inputs)
    grads = names["backward"](stages, inputs["x"], inputs["y"], inputs["W2"])
    assert hb.check_staged(names["forward"], grads, inputs).ok
    grads["db2"] = -grads["db2"]
    report = hb.check_staged(names["forward"], grads, inputs)
    assert str(report.first) == "db2 has the wrong sign"
    assert report.first.where == ""


def test_a_layer_without_a_loss_gets_a_random_upstream_gradient(desk):
    rng = np.random.default_rng(1)
    x, w, b = rng.normal(size=(5, 2, 2)), rng.normal(size=(4, 3)), rng.normal(size=3)
    names = desk(student.AFFINE)
    report = hb.check_staged(
        names["affine_forward"], names["affine_backward"], (x, w, b)
    )
    assert report.ok
    assert {"dx", "dw", "db"} <= set(statuses(report))
    names = desk(student.AFFINE, ".reshape(x.shape)\n", "\n")
    report = hb.check_staged(
        names["affine_forward"], names["affine_backward"], (x, w, b)
    )
    assert report.first.name == "dx"
    assert "has the right values, but shape (5, 4)" in report.first.how


def test_scalars_are_stages_too(desk):
    inputs = {"x": -2.0, "y": 5.0, "z": -4.0}
    assert hb.check_staged(desk(student.CIRCUIT)["circuit"], inputs=inputs).ok
    circuit = desk(student.CIRCUIT, "dz = q * df", "dz = z * df")["circuit"]
    first = hb.check_staged(circuit, inputs=inputs).first
    assert first.name == "dz"
    assert first.how.startswith("is computed with z, not q, at multiply")


def test_float32_code_is_checked_in_float64(desk):
    inputs = {
        name: value.astype(np.float32) if np.ndim(value) == 2 else value
        for name, value in student.numbers().items()
    }
    net = desk(student.SOFTMAX)["net"]
    report = hb.check_staged(net, inputs=inputs)
    assert report.ok
    assert max(stage.error for stage in report.stages) < 1e-9


def test_stages_of_helper_functions_are_marked(desk):
    def layer(x, w):
        return np.tanh(hb.stage("a", x @ w))

    def forward(x, w):
        return np.sum(layer(x, w) ** 2)

    def backward_layer(x, w, dh):
        da = hb.stage("da", dh * (1 - np.tanh(x @ w)) ** 2)
        return x.T @ da

    def backward(x, w):
        return {"w": backward_layer(x, w, 2 * np.tanh(x @ w))}

    given = student.numbers()
    report = hb.check_staged(forward, backward, {"x": given["X"], "w": given["W1"]})
    assert report.first.name == "da"
    assert "backward_layer" not in report.first.where
    assert 'hb.stage("da"' in report.first.where
    assert report["dw"].status == "follows"


# Typical mistakes -----------------------------------------------------------------

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
    report = hb.check_staged(names["forward"], names["backward"], sigmoid_inputs())
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
    report = hb.check_staged(names["forward"], names["backward"], sigmoid_inputs())
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


# Ties -----------------------------------------------------------------------------


def tied_inputs():
    """Return inputs at which two elements of a = x @ W1 are exactly 0."""
    return {
        "x": np.array([[1.0, 2.0], [0.0, 1.0], [1.0, 0.0]]),
        "W1": np.array([[0.0, 1.0, -1.0], [1.0, 0.0, 2.0]]),
        "W2": np.array([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]]),
    }


CHOICES = ["(a > 0)", "(a >= 0)", "((a > 0) + 0.3 * (a == 0))"]


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("named", [True, False])
def test_every_subgradient_is_right_at_an_exact_tie(desk, choice, named):
    source = student.TIES if named else student.TIES.replace("da", "below")
    net = desk(source, "(a > 0)", choice)["net"]
    report = hb.check_staged(net, inputs=tied_inputs())
    assert report.ok, report
    assert ("da" in statuses(report)) == named
    tied = report["da" if named else "dW1"]
    assert tied.how == "takes its own side of an exact tie"


def test_what_is_no_subgradient_is_wrong_at_a_tie(desk):
    net = desk(student.TIES, "(a > 0)", "((a > 0) + 1.3 * (a == 0))")["net"]
    report = hb.check_staged(net, inputs=tied_inputs())
    assert report.first.name == "da"
    assert "just where a is 0" in report.first.how
    net = desk(student.TIES, "(a > 0)", "((a > 0) - 0.1 * (a == 0))")["net"]
    assert not hb.check_staged(net, inputs=tied_inputs()).ok


@pytest.mark.parametrize("row", [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [0.25, 0.75]])
def test_a_tied_maximum_may_share_its_gradient_in_any_way(row):
    def net(x):
        m = x.max(axis=1)
        loss = np.sum(m * m)
        dm = 2 * m
        dx = dm[:, None] * np.array([row, [0.0, 1.0]])
        return loss, dx

    x = np.array([[3.0, 3.0], [1.0, 2.0]])
    assert hb.check_staged(net, inputs={"x": x}).ok


@pytest.mark.parametrize(("slope", "ok"), [(0.0, True), (-1.0, True), (1.5, False)])
def test_abs_has_any_slope_between_its_sides_at_0(slope, ok):
    def net(x):
        return np.sum(np.abs(x) * 3), {"x": 3 * np.where(x == 0, slope, np.sign(x))}

    x = np.array([0.0, 2.0, -1.0])
    assert hb.check_staged(net, inputs={"x": x}).ok is ok


# The truth, and what cannot be checked --------------------------------------------


def test_hubels_own_gradient_is_checked_by_differences():
    class Cube(hb.Gate):
        def forward(self, x):
            self.save(x)
            return x**3

        def backward(self, upstream):
            (x,) = self.saved
            return upstream * 2 * x**2

    def net(x):
        return Cube()(x).sum(), {"x": 2 * x**2}

    with pytest.raises(DifferentiationError, match="differences give"):
        hb.check_staged(net, inputs={"x": np.array([1.0, 2.0])})


def test_random_numbers_that_change_from_run_to_run_are_refused():
    rng = np.random.default_rng(0)

    def net(x):
        h = x * (rng.random(x.shape) < 0.5)
        return np.sum(h), {"x": np.ones_like(x)}

    with pytest.raises(OptionError, match="two runs of the forward function gave"):
        hb.check_staged(net, inputs={"x": np.arange(1.0, 9.0)})


def test_numpys_global_random_numbers_are_the_same_in_every_run():
    def net(x):
        mask = np.random.rand(*x.shape) < 0.5  # noqa: NPY002
        return np.sum(x * mask), {"x": mask * 1.0}

    state = np.random.get_state()  # noqa: NPY002
    assert hb.check_staged(net, inputs={"x": np.arange(1.0, 99.0)}).ok
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(state[1], after[1])


def test_a_name_that_belongs_to_nothing_is_refused():
    def net(x):
        loss = np.sum(x * x)
        return loss, {"x": 2 * x, "W9": 1.0}

    with pytest.raises(OptionError, match="'W9', which belongs to no stage"):
        hb.check_staged(net, inputs={"x": np.ones(2)})


def test_code_without_gradients_is_refused():
    with pytest.raises(OptionError, match="no gradient of x was found"):
        hb.check_staged(lambda x: np.sum(x * x), inputs={"x": np.ones(2)})


def test_code_without_a_loss_is_refused():
    with pytest.raises(OptionError, match="which number is the loss"):
        hb.check_staged(lambda x: None, {"x": np.ones(2)}, {"x": np.ones(2)})
    with pytest.raises(OptionError, match="does not depend on any array"):
        hb.check_staged(lambda x: 3.0, {"x": np.ones(2)}, {"x": np.ones(2)})


def test_a_backward_function_with_unknown_parameters_is_refused():
    def backward(one, two, three):
        return {}

    with pytest.raises(OptionError, match="one, two, three"):
        hb.check_staged(lambda x: np.sum(x), backward, {"x": np.ones(2)})


def test_forward_code_that_cannot_be_traced_says_where():
    def net(x):
        loss = float(np.sum(x)) ** 2
        return loss, {"x": 2 * np.sum(x) * np.ones(2)}

    with pytest.raises(TraceError, match="Python float"):
        hb.check_staged(net, inputs={"x": np.ones(2)})


def test_backward_code_may_do_what_cannot_be_traced():
    def net(x):
        loss = np.sum(x * x)
        dx = np.zeros(2)
        for i in range(2):
            dx[i] = 2 * float(x[i])
        return float(loss), {"x": dx}

    assert hb.check_staged(net, inputs={"x": np.array([1.0, -3.0])}).ok


def test_the_tracer_of_a_debugger_comes_back(desk):
    def tracer(frame, event, arg):
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        check_softmax(desk)
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)


def test_a_stage_is_its_value_when_nobody_checks():
    value = np.ones(3)
    assert hb.stage("hidden", value) is value


@pytest.mark.parametrize(
    "name", ["dw", "d_w", "dW", "grad_w", "w_grad", "dL_dw", "dloss_dw", "g_w"]
)
def test_gradients_are_recognised_by_how_people_call_them(name):
    def forward(w):
        return np.sum(w * w)

    w = np.array([1.0, 2.0])
    assert hb.check_staged(forward, {name: 2 * w}, {"w": w}).ok
    report = hb.check_staged(forward, {name: -2 * w}, {"w": w})
    assert str(report.first) == f"{name} has the wrong sign"


def test_lists_of_arrays_are_named_by_their_place():
    def net(weights, x):
        h = np.tanh(x @ weights["first"])
        return np.sum(h @ weights["second"])

    rng = np.random.default_rng(3)
    weights = {"first": rng.normal(size=(3, 2)), "second": rng.normal(size=2)}
    x = rng.normal(size=(4, 3))
    h = np.tanh(x @ weights["first"])
    grads = {
        "first": x.T @ ((1 - h**2) * weights["second"]),
        "second": h.sum(axis=0),
    }
    assert hb.check_staged(net, grads, {"weights": weights, "x": x}).ok
