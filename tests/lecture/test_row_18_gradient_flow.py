"""Row 18: what each activation does to the gradient, measured in equal nets."""

import numpy as np
import pytest

from hubel import nn
from hubel.experiments import compare


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    out = tmp_path_factory.mktemp("row") / "18"
    return compare("activations", images=100, hidden=(20, 20, 20), epochs=1, out=out)


def first_over_last(study, row):
    flows = study.values(row, "flow_start")
    return np.mean([f[0]["gradient"] / f[-1]["gradient"] for f in flows])


def test_all_six_are_compared(study):
    assert len(study.rows) == len(nn.ACTIVATIONS) == 6
    assert all(len(found.values) == 3 for found in study.rows.values())


def test_sigmoids_let_the_gradient_vanish_and_relus_do_not(study):
    assert first_over_last(study, "sigmoid") < 0.15
    for row in ("relu", "leaky relu", "maxout"):
        assert first_over_last(study, row) > 0.4


def test_leaky_relu_and_maxout_are_never_flat(study):
    for row in ("leaky relu", "maxout"):
        for flow in study.values(row, "flow_end"):
            assert all(layer["saturated"] == layer["dead"] == 0 for layer in flow)
    half = [
        layer["saturated"] for f in study.values("relu", "flow_start") for layer in f
    ]
    assert 0.35 < np.mean(half) < 0.65
