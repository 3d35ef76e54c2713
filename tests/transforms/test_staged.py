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


def test_forward_and_backward_may_be_two_functions(desk):
    names = desk(student.SIGMOID)
    report = hb.check_staged(
        names["forward"], names["backward"], student.sigmoid_numbers()
    )
    assert report.ok
    assert len(report.stages) == 8


def test_gradients_may_be_given_ready_made(desk):
    names, inputs = desk(student.SIGMOID), student.sigmoid_numbers()
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
