"""Gates of one's own: in every mode, nested, compiled, opaque, with parameters."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DifferentiationError, GateError

X = np.array([0.5, -1.0, 2.0])
T = np.array([1.0, 0.5, -2.0])


class Multiply(hb.Gate):
    """As in the lecture."""

    def forward(self, x, y):
        self.save(x, y)
        return x * y

    def backward(self, upstream):
        x, y = self.saved
        return upstream * y, upstream * x


class Scale(hb.Gate):
    """A gate with a parameter, and saved by attribute."""

    def __init__(self, factor):
        self.factor = factor

    def forward(self, x):
        return self.factor * x

    def backward(self, upstream):
        return self.factor * upstream


class OpaqueSine(hb.Gate):
    """A body that no trace can look into."""

    def forward(self, x):
        self.save(np.array(x, float))
        return np.array([math.sin(float(v)) for v in np.ravel(x)]).reshape(np.shape(x))

    def backward(self, upstream):
        (x,) = self.saved
        slopes = [math.cos(float(v)) for v in np.ravel(x)]
        return upstream * np.array(slopes).reshape(x.shape)


class OpaqueProduct(hb.Gate):
    """Two arguments and a body of loops: a matrix times a vector."""

    def forward(self, a, x):
        self.save(np.array(a), np.array(x))
        y = np.zeros(a.shape[0])
        for i in range(a.shape[0]):
            y[i] = math.fsum(float(a[i, j]) * float(x[j]) for j in range(a.shape[1]))
        return y

    def backward(self, upstream):
        a, x = self.saved
        by_a, by_x = np.zeros(a.shape), np.zeros(x.shape)
        for i, j in np.ndindex(a.shape):
            by_a[i, j] = float(upstream[i]) * float(x[j])
            by_x[j] += float(upstream[i]) * float(a[i, j])
        return by_a, by_x


def test_on_plain_arrays():
    assert Multiply()(3.0, -4.0) == -12.0
    np.testing.assert_array_equal(Multiply()(X, 2.0), 2 * X)


def test_the_lectures_gate_in_every_mode():
    def f(x, y):
        return Multiply()(x, y)

    assert hb.grad(f, (0, 1))(3.0, -4.0) == (-4.0, 3.0)
    assert hb.jvp(f, (3.0, -4.0), (1.0, 10.0)) == (-12.0, 26.0)
    value, pullback = hb.vjp(f, X, T)
    np.testing.assert_array_equal(value, X * T)
    np.testing.assert_array_equal(pullback(np.ones(3))[1], X)
    assert hb.compile(hb.grad(f, (0, 1)))(3.0, -4.0) == (-4.0, 3.0)
    g = hb.Graph.trace(f, 3.0, -4.0)
    assert g.forward(3.0, -4.0) == -12.0
    assert g.backward() == {"x": -4.0, "y": 3.0}
    assert g.tangent(x=1.0) == -4.0
    assert g["Multiply"].local_gradients == (-4.0, 3.0)


def test_second_derivatives_in_every_mix():
    def f(x):
        return Multiply()(Multiply()(x, x), np.sin(x))  # x² sin x

    def second(x):
        return 2 * math.sin(x) + 4 * x * math.cos(x) - x * x * math.sin(x)

    def forward(h):
        return lambda x: hb.jvp(h, (x,), (1.0,))[1]

    for outer in (hb.grad, forward):
        for inner in (hb.grad, forward):
            found = outer(inner(f))(0.7)
            assert found == pytest.approx(second(0.7), rel=1e-12)
            found = hb.compile(outer(inner(f)))(0.7)
            assert found == pytest.approx(second(0.7), rel=1e-12)


def test_check_grads_of_traceable_gates():
    hb.check_grads(lambda x, y: Multiply()(np.sin(x), y) * x, (X, T), order=3)
    hb.check_grads(lambda x: Scale(3.0)(x) ** 2, (X,), order=2)


def test_an_instance_can_be_used_many_times():
    multiply = Multiply()

    def f(x, y):
        return multiply(multiply(x, y), multiply(y, y)).sum()  # x y³

    by_x, by_y = hb.grad(f, (0, 1))(X, T)
    np.testing.assert_allclose(by_x, T**3)
    np.testing.assert_allclose(by_y, 3 * X * T**2)
    assert multiply.saved == ()


def test_an_instance_can_be_used_in_many_threads():
    multiply = Multiply()
    wrong: list[object] = []

    def work(k):
        x = X * k
        for _ in range(50):
            found = hb.grad(lambda t: multiply(t, t).sum())(x)
            if not np.array_equal(found, 2 * x):
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(1, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_parameters_in_init():
    f = lambda x: (Scale(2.0)(x) * Scale(5.0)(x)).sum()  # noqa: E731
    np.testing.assert_allclose(hb.grad(f)(X), 20 * X)
    np.testing.assert_allclose(hb.compile(hb.grad(f))(X), 20 * X)


def test_broadcasting_arguments_get_gradients_of_their_shapes():
    by_x, by_y = hb.grad(lambda x, y: Multiply()(x, y).sum(), (0, 1))(X, 2.0)
    np.testing.assert_array_equal(by_x, [2.0] * 3)
    assert by_y == X.sum()


def test_gates_inside_gates():
    class Square(hb.Gate):
        def forward(self, x):
            self.save(x)
            return Multiply()(x, x)

        def backward(self, upstream):
            return upstream * Multiply()(2.0, self.saved[0])

    f = lambda x: Square()(x).sum()  # noqa: E731
    np.testing.assert_array_equal(hb.grad(f)(X), 2 * X)
    twice = hb.grad(lambda x: hb.grad(f)(x).sum())
    np.testing.assert_array_equal(twice(X), [2.0] * 3)
    np.testing.assert_array_equal(hb.jvp(Square(), (X,), (T,))[1], 2 * X * T)


# Opaque bodies -------------------------------------------------------------------


def test_opaque_gates_to_first_order_in_both_modes():
    f = lambda x: OpaqueSine()(2 * x)  # noqa: E731
    np.testing.assert_allclose(f(X), np.sin(2 * X))
    gradient = hb.grad(lambda x: f(x).sum())(X)
    np.testing.assert_allclose(gradient, 2 * np.cos(2 * X))
    np.testing.assert_allclose(hb.jvp(f, (X,), (T,))[1], 2 * T * np.cos(2 * X))
    np.testing.assert_allclose(hb.compile(f)(X), np.sin(2 * X))
    hb.check_grads(f, (X,), order=1)


def test_opaque_gates_of_two_arguments():
    a = np.arange(6.0).reshape(2, 3) - 2
    f = lambda a, x: OpaqueProduct()(a, x)  # noqa: E731
    hb.check_grads(f, (a, X), order=1)
    loss = lambda a, x: (OpaqueProduct()(a, x) ** 2).sum()  # noqa: E731
    expected = (2 * np.outer(a @ X, X), 2 * a.T @ (a @ X))
    for run in (hb.grad(loss, (0, 1)), hb.compile(hb.grad(loss, (0, 1)))):
        for found, wanted in zip(run(a, X), expected, strict=True):
            np.testing.assert_allclose(found, wanted)
    (moved,) = hb.compile(lambda a, x, t: hb.jvp(f, (a, x), (0 * a, t))[1:])(a, X, T)
    np.testing.assert_allclose(moved, a @ T)


@pytest.mark.parametrize(
    "second",
    [
        lambda f: hb.grad(lambda x: hb.grad(f)(x).sum()),
        lambda f: hb.grad(lambda x: hb.jvp(f, (x,), (T,))[1]),
        lambda f: lambda x: hb.jvp(hb.grad(f), (x,), (T,)),
        lambda f: lambda x: hb.jvp(lambda y: hb.jvp(f, (y,), (T,))[1], (x,), (T,)),
        lambda f: hb.compile(hb.grad(lambda x: hb.grad(f)(x).sum())),
    ],
)
def test_a_second_derivative_of_an_opaque_gate_is_an_error_that_names_it(second):
    with pytest.raises(DifferentiationError, match="second derivative of OpaqueSine"):
        second(lambda x: OpaqueSine()(x).sum())(X)


def test_a_derivative_around_an_opaque_gate_is_fine():
    """The gate's own argument does not depend on the outer variable."""

    def f(x):
        return x * hb.grad(lambda y: OpaqueSine()(y).sum())(X).sum()

    assert hb.grad(f)(1.0) == pytest.approx(np.cos(X).sum())


def test_compiled_opaque_gates_see_new_numbers_in_old_arrays():
    """Arrays are reused between calls, so what ``forward`` saved must not be."""
    direct = hb.compile(hb.grad(lambda x: OpaqueSine()(x).sum()))
    inner = hb.compile(hb.grad(lambda x: OpaqueSine()(3 * x).sum()))
    both = hb.compile(hb.value_and_grad(lambda x: OpaqueSine()(3 * x).sum()))
    x = X.copy()
    for _ in range(3):
        np.testing.assert_allclose(direct(x), np.cos(x))
        np.testing.assert_allclose(inner(x), 3 * np.cos(3 * x))
        np.testing.assert_allclose(both(x)[1], 3 * np.cos(3 * x))
        x += 0.7


def test_a_pullback_used_twice_with_one_changed_seed():
    class Half(hb.Gate):
        def forward(self, x, n):
            self.save(n)
            return x * n

        def backward(self, upstream):
            return upstream * self.saved[0], None

    _, pullback = hb.vjp(lambda x: Half()(x, 4), X)
    seed = np.ones(3)
    np.testing.assert_array_equal(pullback(seed)[0], [4.0] * 3)
    seed[:] = 10.0
    np.testing.assert_array_equal(pullback(seed)[0], [40.0] * 3)


# What can be wrong ---------------------------------------------------------------


def make(forward=None, backward=None):
    """Make a gate of two arguments from two functions."""
    body = {}
    if forward is not None:
        body["forward"] = forward
    if backward is not None:
        body["backward"] = backward
    return type("Mine", (hb.Gate,), body)()


def times(self, x, y):
    return x * y


@pytest.mark.parametrize(
    "backward",
    [lambda self, g: g, lambda self, g: (g, g, g), lambda self, g: ()],
)
def test_a_wrong_number_of_gradients(backward):
    gate = make(times, backward)
    for run in (
        hb.grad(lambda x: gate(x, 2.0).sum()),
        hb.compile(hb.grad(lambda x: gate(x, 2.0).sum())),
        lambda x: hb.jvp(lambda t: gate(t, 2.0), (x,), (x,)),
    ):
        with pytest.raises(GateError, match=r"Mine\.backward returned . gradients"):
            run(X)


def test_gates_without_bodies():
    with pytest.raises(GateError, match="Mine has no forward"):
        make()(1.0, 2.0)
    with pytest.raises(GateError, match="Mine has no backward"):
        hb.grad(lambda x: make(times)(x, 2.0))(1.0)
    assert make(times)(3.0, 2.0) == 6.0


def test_none_is_a_gradient_of_zero():
    gate = make(times, lambda self, g: (2 * g, None))
    by_x, by_y = hb.grad(lambda x, y: gate(x, y).sum(), (0, 1))(X, X)
    np.testing.assert_array_equal(by_x, [2.0] * 3)
    np.testing.assert_array_equal(by_y, [0.0] * 3)
    moved = hb.jvp(lambda x, y: gate(x, y), (X, X), (T, T))[1]
    np.testing.assert_array_equal(moved, 2 * T)


def test_a_gradient_of_a_wrong_shape():
    for wrong in (lambda g: np.ones((7, 3)), lambda g: g.sum(), lambda g: g[:1]):
        gate = make(times, lambda self, g, wrong=wrong: (wrong(g), None))
        for run in (hb.grad, lambda f: hb.compile(hb.grad(f))):
            with pytest.raises(GateError, match=r"argument 0, which is float64\[3\]"):
                run(lambda x, gate=gate: gate(x, 2.0).sum())(X)


def test_lists_and_zeros_are_gradients_too():
    gate = make(times, lambda self, g: ([1.0, 2.0, 3.0], 0))
    f = lambda x: gate(x, 2.0).sum()  # noqa: E731
    for run in (hb.grad(f), hb.compile(hb.grad(f))):
        np.testing.assert_array_equal(run(X), [1.0, 2.0, 3.0])


def test_errors_in_bodies_come_through():
    def broken(self, x, y):
        raise KeyError("inside")

    def f(x):
        return make(broken)(x, 1.0)

    for run in (f, hb.grad(f), hb.compile(f)):
        with pytest.raises(KeyError, match="inside"):
            run(1.0)


def test_integer_arguments_ask_for_no_gradient():
    class Pick(hb.Gate):
        def forward(self, x, i):
            self.save(x.shape, i)
            return x[i]

        def backward(self, upstream):
            shape, i = self.saved
            out = hb.zeros(shape)
            out[i] = upstream
            return out, None

    f = lambda x: Pick()(x, 2)  # noqa: E731
    np.testing.assert_array_equal(hb.grad(f)(X), [0.0, 0.0, 1.0])
    np.testing.assert_array_equal(hb.compile(hb.grad(f))(X), [0.0, 0.0, 1.0])


def test_dtypes_are_those_of_the_arguments():
    x = X.astype(np.float32)
    assert hb.grad(lambda t: Scale(np.float64(2))(t).sum())(x).dtype == np.float32
    assert hb.grad(lambda t: OpaqueSine()(t).sum())(x).dtype == np.float32
    assert hb.compile(Multiply())(x, x).dtype == np.float32


def test_a_forward_that_does_not_look_at_its_arguments():
    class Ones(hb.Gate):
        def forward(self, x):
            self.save(np.shape(x))
            return np.ones(3)

        def backward(self, upstream):
            return np.zeros(self.saved[0])

    f = lambda x: (Ones()(x) * x).sum()  # noqa: E731
    np.testing.assert_array_equal(hb.compile(hb.grad(f))(X), np.ones(3))
    np.testing.assert_array_equal(hb.grad(f)(X), np.ones(3))
    assert hb.jvp(f, (X,), (T,))[1] == T.sum()


def test_a_gate_whose_gradient_is_zero_is_silent():
    gate = make(times, lambda self, g: (None, None))
    np.testing.assert_array_equal(hb.grad(lambda x: gate(x, 2.0).sum())(X), 0 * X)


def test_a_value_error_of_a_body_comes_through_as_it_is():
    class Strict(hb.Gate):
        def forward(self, x):
            if not isinstance(x, np.ndarray | float):
                return x * 1.0  # a trace asks for the shape
            raise ValueError("not today")

    with pytest.raises(ValueError, match=r"^not today$"):
        hb.grad(lambda x: Strict()(x).sum())(X)


def test_graphs_of_gates_of_ones_own_can_be_recorded_again():
    from hubel.graph.evaluate import evaluate
    from hubel.graph.node import Node, input_node

    graph = hb.Graph.trace(lambda x: Multiply()(x, x), X).core
    x = input_node(graph.inputs["x"].spec)
    out = evaluate(graph, {"x": x})[graph.outputs["out"]]
    assert isinstance(out, Node)
    assert out.shape == (3,)


class Counted(OpaqueSine):
    """No trace looks into its backward either; it notes what runs."""

    def __init__(self, calls):
        self.calls = calls

    def forward(self, x):
        self.calls.append("forward")
        return super().forward(x)

    def backward(self, upstream):
        found = super().backward(np.array([float(g) for g in upstream]))
        self.calls.append("backward")
        return found


@pytest.mark.parametrize("compiled", [False, True])
def test_opaque_code_runs_forward_once_and_backward_once_for_each_result(compiled):
    calls: list[str] = []

    def both(x, t):
        return hb.jvp(Counted(calls), (x,), (t,))

    program = hb.compile(both, backend="numpy") if compiled else both
    program(X, T)
    calls.clear()
    value, tangent = program(X, T)
    np.testing.assert_allclose(value, np.sin(X))
    np.testing.assert_allclose(tangent, np.cos(X) * T)
    assert calls == ["forward"] + ["backward"] * 3


def test_a_backward_that_changes_its_instance_is_run_on_a_copy():
    class Consuming(OpaqueSine):
        def backward(self, upstream):
            found = super().backward(upstream)
            self.saved = ()
            return found

    _, tangent = hb.jvp(lambda x: Consuming()(x), (X,), (T,))
    np.testing.assert_allclose(tangent, np.cos(X) * T)
