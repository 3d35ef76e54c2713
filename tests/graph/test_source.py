"""The user's own line, found behind every recorded operation."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import hubel as hb
from hubel.errors import TraceError
from hubel.graph.source import line_of, user_line, written


def test_a_line_of_this_file():
    line = user_line(1)  # this one
    assert line is not None
    assert line[0] == __file__
    assert written(line).endswith("line = user_line(1)  # this one")


def test_lines_are_noted_on_nodes():
    def f(x):
        y = np.sin(x)
        return (
            y
            + np.mean(x)
        )  # fmt: skip

    first = f.__code__.co_firstlineno
    graph = hb.Graph.trace(f, np.ones(3)).core
    lines = {n.gate.name: n.line[1] - first for n in graph.nodes if n.line}
    assert lines["sin"] == 1
    assert lines["add"] == 3
    assert {n.line[0] for n in graph.nodes if n.line} == {__file__}


def test_nodes_of_a_sweep_have_no_line():
    graph = hb.Graph.trace(hb.grad(lambda x: np.sin(x)), 1.0).core
    lines = {n.gate.name: n.line for n in graph.nodes if not n.is_leaf}
    assert lines["cos"] is None


def test_a_function_without_a_file_is_named_by_its_place():
    scope: dict[str, object] = {"np": np}
    text = "def f(x):\n    return np.sin(x) + float(x)\n"
    exec(compile(text, "<made>", "exec"), scope)
    with pytest.raises(TraceError) as caught:
        hb.grad(scope["f"])(1.0)  # type: ignore[arg-type]
    assert caught.value.where == "<made>:2"


def test_no_line_is_written_as_nothing():
    assert written(None) == ""
    assert written(("/nowhere.py", 3)) == "/nowhere.py:3"


def test_in_a_thread_without_a_users_frame():
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(user_line(1)))
    thread.start()
    thread.join()
    assert found[0][0] == __file__


def test_the_innermost_line_that_an_error_passed():
    def inner():
        raise KeyError

    try:
        inner()
    except KeyError as error:
        line = line_of(error.__traceback__)
    assert line == (__file__, inner.__code__.co_firstlineno + 1)
    assert line_of(None) is None
