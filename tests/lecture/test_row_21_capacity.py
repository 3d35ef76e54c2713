"""Row 21: more neurons, more capacity: 3, 6 and 20 hidden units on points."""

import pytest

from hubel.experiments import compare


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return compare("capacity", out=tmp_path_factory.mktemp("row") / "21")


def test_more_hidden_units_fit_more(study):
    learned = []
    for units in (3, 6, 20):
        values = study.values(f"{units} hidden, λ = 0", "train_accuracy")
        learned.append(sum(values) / 3)
    assert learned == sorted(learned)
    assert learned[2] - learned[0] > 0.04
    assert learned[2] > 0.99


def test_regions_of_all_nets_are_in_one_picture(study):
    page = study.report.read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    for units in (3, 6, 20):
        assert f">{units} hidden<" in page


def test_row_22_regularisation_instead_of_fewer_neurons(study):
    """Row 22: the largest net, regularised, does better than without."""
    free = study.rows["20 hidden, λ = 0"]
    held = study.rows["20 hidden, λ = 0.01"]
    assert held.mean > free.mean + free.deviation + held.deviation
    assert held.mean >= study.rows["3 hidden, λ = 0"].mean
    assert "more than the spread" in study.verdict
