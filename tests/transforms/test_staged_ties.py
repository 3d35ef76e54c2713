"""At an exact tie of a kinked gate every subgradient is right."""

import numpy as np
import pytest

import hubel as hb
from tests.transforms import student


@pytest.fixture
def desk(tmp_path):
    return student.Desk(tmp_path)


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
    assert ("da" in [stage.name for stage in report.stages]) == named
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
