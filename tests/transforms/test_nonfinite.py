"""The first gate that makes NaN or infinity is found, in every way that gates run."""

import threading

import numpy as np
import pytest

import hubel as hb
from hubel.errors import NonFiniteError
from hubel.graph.observer import OBSERVERS


@pytest.fixture(autouse=True)
def nobody_watches_afterwards():
    yield
    assert not OBSERVERS


def line_with(text):
    """Return how messages write the line of this file that ends with the text."""
    with open(__file__, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.rstrip().endswith(f"# {text}"):
                return f"{__file__}:{number}:"
    raise LookupError(text)


def find(run):
    """Return what is found first while something runs."""
    with hb.trace_nonfinite(raises=False) as watch:
        run()
    return watch.report[0]


def entropy(p):
    q = p / p.sum()
    return -(q * np.log(q)).sum()  # entropy


@pytest.mark.parametrize(
    ("f", "x", "gate", "kind", "index"),
    [
        (lambda x: np.log(x).sum(), [1.0, 0.0, 2.0], "log", -np.inf, (1,)),
        (lambda x: (x / x).sum(), [[1.0], [0.0]], "divide", np.nan, (1, 0)),
        (lambda x: np.exp(x).sum(), [1.0, 2.0, 1000.0], "exp", np.inf, (2,)),
        (lambda x: np.sqrt(x).sum(), [-1.0, 2.0], "sqrt", np.nan, (0,)),
        (lambda x: (x**-1.5).sum(), [2.0, 0.0], "power", np.inf, (1,)),
    ],
)
def test_a_gate_whose_value_is_not_finite_is_named(f, x, gate, kind, index):
    found = find(lambda: hb.grad(f)(np.array(x)))
    assert (found.gate, found.direction, found.index) == (gate, "forward", index)
    np.testing.assert_equal(found.value, kind)
    assert found.count == 1
    assert (found.inputs[0].low, found.inputs[0].high) == (np.min(x), np.max(x))


def test_the_error_says_gate_index_ranges_and_line():
    with pytest.raises(NonFiniteError) as caught, hb.trace_nonfinite():
        hb.grad(entropy)(np.array([0.0, 3.0, 1.0]))
    text = str(caught.value)
    assert "log gave -inf at [0], in 1 of 3 elements" in text
    assert "argument 0: float64[3] from 0 to 0.75" in text
    assert line_with("entropy") in text


def test_the_context_that_raised_still_reports():
    watch = hb.trace_nonfinite()
    with pytest.raises(NonFiniteError), watch as findings:
        hb.grad(np.log)(0.0)
    assert [each.gate for each in findings.report] == ["log"]
    assert str(findings).startswith("log gave -inf, from finite numbers")


def test_a_derivative_that_is_not_finite_is_named_with_its_argument():
    found = find(lambda: hb.grad(lambda x: np.sqrt(x).sum())(np.array([4.0, 0.0])))
    assert (found.gate, found.direction, found.position) == ("sqrt", "backward", 0)
    assert found.index == (1,)
    assert [each.what for each in found.inputs] == [
        "upstream gradient",
        "argument 0",
        "result",
    ]
    assert "the derivative of sqrt with respect to argument 0 gave inf" in str(found)


def test_the_derivative_is_named_by_the_line_of_its_gate():
    def norm(x):
        return np.sqrt((x * x).sum())  # norm

    found = find(lambda: hb.grad(norm)(np.zeros(3)))
    assert found.direction == "backward"
    assert found.where.startswith(line_with("norm"))


def test_forward_mode_is_watched():
    found = find(lambda: hb.jvp(np.sqrt, (np.array([4.0, 0.0]),), (np.ones(2),)))
    assert (found.gate, found.direction, found.index) == ("sqrt", "tangent", (1,))
    assert found.inputs[0].what == "tangent"


def test_only_the_first_gate_is_blamed():
    with hb.trace_nonfinite(raises=False) as watch:
        hb.grad(lambda x: np.exp(np.log(x) * 2 + 1).sum())(np.array([0.0, 1.0]))
    forward = [each.gate for each in watch.report if each.direction == "forward"]
    assert forward == ["log"]


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_from_the_start_is_nobodys_fault(value):
    x = np.array([1.0, value])
    with hb.trace_nonfinite():
        hb.grad(lambda x: np.tanh(x * 2 - x).sum())(x)
        hb.compile(lambda x: x * 2)(x)
        hb.grad(lambda y: (y * x).sum())(np.ones(2))


def test_where_hides_the_place_and_nothing_is_found():
    with hb.trace_nonfinite() as watch:
        x = np.array([0.0, 4.0])
        slope = hb.grad(lambda x: np.where(x > 0, np.sqrt(x), 0.0).sum())(x)
        curve = hb.grad(lambda x: hb.grad(lambda x: (x**1.5).sum())(x).sum())
        assert curve(np.array([4.0])) == pytest.approx(0.375)
    np.testing.assert_array_equal(slope, [0.0, 0.25])
    assert watch.report == ()
    assert str(watch) == "every gate gave finite numbers"


def test_zero_aware_products_of_second_derivatives_are_not_blamed():
    def safe(x):
        return np.where(x > 0, np.sqrt(x), 0.0).sum()

    with hb.trace_nonfinite():
        second = hb.grad(lambda x: (hb.grad(safe)(x) ** 2).sum())(np.array([0.0, 4.0]))
    np.testing.assert_allclose(second, [0.0, -1 / 64])


def test_the_first_derivative_inside_a_second_one_is_named():
    def f(x):
        return np.sqrt(x)  # inner

    found = find(lambda: hb.grad(hb.grad(f))(0.0))
    assert (found.gate, found.direction) == ("sqrt", "backward")
    assert found.where.startswith(line_with("inner"))


def test_a_gate_of_a_derivative_is_named_with_what_it_derives():
    def f(x):
        return x**1.5  # power

    found = find(lambda: hb.grad(hb.grad(f))(0.0))
    assert found.direction == "backward"
    assert found.of == "power"
    assert "in the derivative of power" in str(found)
    assert found.where.startswith(line_with("power"))


def test_gradients_that_overflow_only_in_their_sum_are_named():
    big = 1.5e308

    def f(x):
        y = x + 0.0
        return y * big + y * big

    found = find(lambda: hb.grad(f)(0.5))
    assert (found.gate, found.direction) == ("add", "sum")
    leaf = find(lambda: hb.grad(lambda x: x * big + x * big)(0.5))
    assert (leaf.gate, leaf.direction) == ("input", "sum")


def test_the_sweeps_of_a_graph_are_watched():
    graph = hb.Graph.trace(lambda x: np.sqrt(x).sum(), x=np.ones(2))
    with hb.trace_nonfinite(raises=False) as watch:
        graph.forward(x=np.array([1.0, -1.0]))
        graph.forward(x=np.array([1.0, 0.0]))
        graph.backward()
        graph.tangent(x=np.ones(2))
    assert [(f.gate, f.direction) for f in watch.report] == [
        ("sqrt", "forward"),
        ("sqrt", "backward"),
        ("sqrt", "tangent"),
    ]


def test_a_gate_of_ones_own_is_named_by_its_class():
    class Reciprocal(hb.Gate):
        def forward(self, x):
            self.save(x)
            return 1 / x

        def backward(self, upstream):
            (x,) = self.saved
            return -upstream / (x - 2) ** 2

    f = lambda x: Reciprocal()(x).sum()  # noqa: E731
    assert find(lambda: hb.grad(f)(np.array([0.0]))).gate == "Reciprocal"
    found = find(lambda: hb.grad(f)(np.array([2.0])))
    assert (found.gate, found.direction) == ("Reciprocal", "backward")


# Compiled functions --------------------------------------------------------------


@hb.compile
def compiled_entropy(p):
    return -(p * np.log(p)).sum()  # compiled


def test_a_compiled_call_is_replayed_to_the_line():
    p = np.array([0.5, 0.0])
    assert np.isnan(compiled_entropy(p))
    found = find(lambda: compiled_entropy(p))
    assert (found.gate, found.direction, found.index) == ("log", "forward", (1,))
    assert found.where.startswith(line_with("compiled"))


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_a_plan_is_replayed_whatever_runs_it(backend):
    if backend == "llvm":
        pytest.importorskip("llvmlite")

    def entropy(p):
        return -(p * np.log(p)).sum()  # of a plan

    for f, direction in ((entropy, "forward"), (hb.grad(entropy), "forward")):
        run = hb.compile(f, backend=backend)
        p = np.array([0.5, 0.0, 0.25])
        found = find(lambda run=run, p=p: run(p))  # before the first run
        assert (found.gate, found.direction, found.index) == ("log", direction, (1,))
        assert found.where.startswith(line_with("of a plan"))
        run(np.ones(3))
        again = find(lambda run=run, p=p: run(p))  # once it runs as native code
        assert (again.gate, again.index, again.where) == ("log", (1,), found.where)
        with hb.trace_nonfinite():
            np.testing.assert_array_equal(run(np.ones(3)), f(np.ones(3)))


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_the_derivative_in_a_plan_is_named_whatever_runs_it(backend):
    if backend == "llvm":
        pytest.importorskip("llvmlite")
    run = hb.compile(hb.grad(lambda x: np.sqrt(x).sum()), backend=backend)
    assert run(np.array([4.0, 0.0])).tolist() == [0.25, np.inf]
    found = find(lambda: run(np.array([4.0, 0.0])))
    assert found.direction == "backward"
    assert "sqrt" in str(found)


def test_a_compiled_call_that_is_finite_is_not_replayed():
    calls = []

    @hb.compile
    def f(x):
        calls.append(x)
        return np.where(x > 0, np.log(x), 0.0)

    with hb.trace_nonfinite():
        np.testing.assert_array_equal(f(np.array([0.0, 1.0])), [0.0, 0.0])
    assert len(calls) == 1


def test_a_compiled_gradient_says_whose_derivative():
    def norm(x):
        return np.sqrt(x.sum())  # compiled norm

    step = hb.compile(hb.value_and_grad(norm))
    step(np.ones(2))
    found = find(lambda: step(np.zeros(2)))
    assert (found.gate, found.direction) == ("sqrt", "backward")
    assert found.where.startswith(line_with("compiled norm"))


def test_donated_arrays_are_replayed_as_they_were():
    @hb.compile(donate=(0,))
    def descend(w, lr):
        return w - lr * hb.grad(lambda w: np.log(w).sum())(w)

    w = np.array([1.0, 0.0])
    found = find(lambda: descend(w, 0.5))
    assert (found.gate, found.direction) == ("log", "forward")
    assert not np.isfinite(w).all()
    w = np.array([1.0, 0.0])
    with pytest.raises(NonFiniteError, match="log gave -inf"), hb.trace_nonfinite():
        descend(w, 0.5)


def test_a_captured_array_that_changed_since_is_seen_as_the_plan_sees_it():
    captured = np.zeros(2)
    f = hb.compile(lambda x: x / captured)
    f(np.ones(2))
    captured[:] = 1
    found = find(lambda: f(np.ones(2)))
    assert (found.gate, found.index) == ("divide", (0,))


def test_keyword_and_static_arguments_are_replayed():
    @hb.compile(static_argnames=("n",))
    def f(x, *, n, name=None):
        for _ in range(n):
            x = np.exp(x)
        return x

    found = find(lambda: f(1.0, n=4, name="tower"))
    assert found.gate == "exp"
    assert found.inputs[0].high == pytest.approx(np.exp(np.exp(np.e)))


def test_a_training_step_names_the_gate():
    x = np.array([[1e30, -1e30], [1.0, 2.0]], np.float32)
    net = hb.nn.Linear(2, 2)
    config = hb.nn.TrainConfig(epochs=3, lr=1e12, loss="squared", batch_size=2)
    training = hb.nn.Training(net, x, np.ones((2, 2), np.float32), config)
    with pytest.raises(NonFiniteError, match="from finite numbers"):
        with hb.trace_nonfinite():
            list(training.slices())


# The context itself --------------------------------------------------------------


def test_other_threads_are_not_watched():
    with hb.trace_nonfinite():
        errors = []

        def run():
            try:
                with np.errstate(all="ignore"):
                    hb.grad(np.log)(0.0)
            except NonFiniteError as error:
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    assert errors == []


def test_contexts_nest():
    with hb.trace_nonfinite(raises=False) as outer:
        with hb.trace_nonfinite(raises=False) as inner:
            hb.grad(np.log)(0.0)
        hb.grad(np.sqrt)(-1.0)
    assert [each.gate for each in inner.report] == ["log"]
    assert outer.report[0].gate == "sqrt"


def test_numpy_does_not_warn_while_watched():
    with hb.trace_nonfinite(raises=False):
        hb.grad(np.log)(0.0)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        hb.grad(np.log)(0.0)


def test_complex_numbers_and_empty_arrays_have_ranges():
    found = find(lambda: hb.vjp(lambda z: 1 / z, np.array([3 + 4j, 0j])))
    assert (found.inputs[1].low, found.inputs[1].high) == (0.0, 5.0)

    def f(x, empty):
        return np.log(x + empty.sum())

    with hb.trace_nonfinite(raises=False) as watch:
        hb.grad(f)(0.0, np.zeros(0))
    assert watch.report[0].gate == "log"
