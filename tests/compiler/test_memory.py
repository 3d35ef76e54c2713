"""Memory and schedules: buffers alive together never overlap."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hubel.compiler.memory import ALIGNMENT, Interval, place
from hubel.compiler.numpy_plan import NumpyPlan
from hubel.compiler.passes import run_passes
from hubel.compiler.plan import make_plan
from hubel.compiler.schedule import schedule
from hubel.graph.node import Node
from hubel.graph.text import from_text
from hubel.transforms.donation import pair
from tests.compiler.programs import PROGRAMS

INTERVALS = st.lists(
    st.builds(
        lambda first, length, nbytes: Interval(first, first + length, nbytes),
        st.integers(0, 20),
        st.integers(0, 8),
        st.integers(0, 1000),
    ),
    max_size=25,
)


@settings(max_examples=200)
@given(INTERVALS)
def test_buffers_alive_together_never_overlap(intervals):
    offsets, total = place(intervals)
    for i, j in itertools.combinations(range(len(intervals)), 2):
        a, b = intervals[i], intervals[j]
        if a.first <= b.last and b.first <= a.last:
            apart = offsets[i] + a.nbytes <= offsets[j]
            assert apart or offsets[j] + b.nbytes <= offsets[i]
    for interval, offset in zip(intervals, offsets, strict=True):
        assert offset % ALIGNMENT == 0
        assert 0 <= offset <= offset + interval.nbytes <= total


@settings(max_examples=200)
@given(INTERVALS)
def test_the_arena_is_between_the_least_and_the_sum(intervals):
    total = place(intervals)[1]
    rounded = [-(-i.nbytes // ALIGNMENT) * ALIGNMENT for i in intervals]
    least = max(
        (
            sum(
                size
                for each, size in zip(intervals, rounded, strict=True)
                if each.first <= t <= each.last
            )
            for t in range(30)
        ),
        default=0,
    )
    assert least <= total <= sum(rounded)


def test_a_chain_of_equal_buffers_needs_two():
    chain = [Interval(k, k + 1, 100) for k in range(50)]
    assert place(chain)[1] == 2 * 128


def test_places_do_not_depend_on_chance():
    intervals = [Interval(k % 3, k % 5 + 2, 64) for k in range(12)]
    assert place(intervals) == place(list(intervals))


class Paper:
    """A plan run on paper: which value lies in each place."""

    def __init__(self, plan):
        self.plan = plan
        self.holds: dict[tuple[str, object], Node] = {}

    def root(self, node: Node) -> Node:
        """Find the node in whose memory a value lies."""
        homes = self.plan.homes
        while node in homes and homes[node].kind == "view":
            node = homes[node].base
        return node

    def cell(self, node: Node) -> tuple[str, object]:
        home = self.plan.homes.get(node)
        if home is None or home.kind in ("free", "fresh"):
            return ("own", node)
        if home.kind == "donated":
            return ("own", home.base)
        return ("arena", home.offset)

    def read(self, node: Node) -> None:
        base = self.root(node)
        assert self.holds.get(self.cell(base)) is base, "read after it was overwritten"

    def write(self, node: Node) -> None:
        home = self.plan.homes.get(node)
        if home is not None and home.kind == "arena":
            end = home.offset + node.nbytes
            assert end <= self.plan.arena
            arena = [x for x in self.holds.items() if x[0][0] == "arena"]
            for (kind, start), other in arena:
                if (
                    kind == "arena"
                    and start < end
                    and home.offset < start + other.nbytes
                ):
                    del self.holds[kind, start]
        self.holds[self.cell(node)] = node


@settings(max_examples=150)
@given(PROGRAMS)
def test_plans_write_over_nothing_that_is_still_read(program):
    graph = run_passes(program[0])
    plan = make_plan(graph, pair(graph, list(graph.inputs)))
    paper = Paper(plan)
    for node in plan.order:
        for source in node.inputs:
            paper.read(source)
        if node.is_leaf or plan.homes[node].kind != "view":
            paper.write(node)
    for node in graph.outputs.values():
        paper.read(node)


@settings(max_examples=100)
@given(PROGRAMS)
def test_schedules_are_orders_of_all_nodes(program):
    graph = run_passes(program[0])
    order = schedule(graph, pair(graph, list(graph.inputs)))
    assert set(order) == set(graph.nodes)
    assert len(order) == len(graph.nodes)
    place_of = {node: i for i, node in enumerate(order)}
    assert all(place_of[i] < place_of[n] for n in order for i in n.inputs)


def test_a_donated_array_is_written_after_its_readers():
    graph = from_text("""
    graph(w: float64[3], g: float64[3])
    new = subtract(w, g) : float64[3]
    old = multiply(w, w) : float64[3]
    view = reshape(w, shape=(3, 1)) : float64[3, 1]
    late = exp(view) : float64[3, 1]
    return w = new, old = old, late = late
    """)
    order = schedule(graph, {"w": "w"})
    names = [graph.names[node] for node in order]
    assert names.index("new") > names.index("old")
    assert names.index("new") > names.index("late")


def test_a_reader_of_the_new_value_and_the_old_array_is_left_alone():
    graph = from_text("""
    graph(w: float64[3])
    new = tanh(w) : float64[3]
    both = multiply(new, w) : float64[3]
    return w = new, both = both
    """)
    plan = make_plan(graph, {"w": "w"})
    assert plan.homes[graph.outputs["w"]].kind != "donated"
    run = NumpyPlan(plan)
    w = np.array([0.5, 1.0, 2.0])
    expected = np.tanh(w), np.tanh(w) * w
    found = run([w])
    assert found[0] is w
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


def test_arena_buffers_are_aligned():
    graph = from_text("""
    graph(x: float64[5])
    a = tanh(x) : float64[5]
    b = exp(x) : float64[5]
    c = matmul(a, b) : float64[]
    return out = c
    """)
    run = NumpyPlan(make_plan(graph))
    assert "empty" not in run.source
    x = np.linspace(-1, 1, 5)
    assert run([x]) == (np.tanh(x) @ np.exp(x),)


def test_a_long_chain_of_steps():
    lines = ["graph(x: float64[3])"]
    lines += [
        f"v{k} = sin({f'v{k - 1}' if k else 'x'}) : float64[3]" for k in range(3000)
    ]
    graph = from_text("\n".join([*lines, "return out = v2999"]))
    plan = make_plan(graph)
    assert plan.arena == 64
    np.testing.assert_allclose(NumpyPlan(plan)([np.ones(3)])[0], 0.0313, atol=1e-3)
