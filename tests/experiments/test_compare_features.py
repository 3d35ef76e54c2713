"""Pixels, features and a dictionary: the switch between frozen and trained."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load

from hubel import features
from hubel.data import tenshapes
from hubel.errors import OptionError, RunError
from hubel.experiments import compare, load_run
from hubel.experiments.comparing._dictionary import SIZE, read_filters
from hubel.experiments.comparing._features import FROZEN, LONGER, UNFROZEN

SMALL = {
    "images": 200,
    "hidden": (6,),
    "epochs": 3,
    "words": 6,
    "stride": 8,
    "samples": 500,
    "extra_epochs": 2,
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return compare("features", out=tmp_path_factory.mktemp("c") / "f", **SMALL)


def test_the_rows_of_the_slide(study):
    runs = ["pixels, linear", "hog+hue, linear", "pixels, net", "hog+hue, net"]
    assert list(study.rows) == [*runs, FROZEN, LONGER, UNFROZEN]
    assert all(len(found.values) == 3 for found in study.rows.values())


def test_rows_on_features_are_runs_on_features(study):
    for member in study.members:
        if not member.folder:
            continue
        settings = load_run(study.folder / member.folder).settings
        wanted = "hog+hue" if member.row.startswith("hog") else None
        assert settings.features == wanted
        assert settings.hidden == ((6,) if member.row.endswith("net") else ())


def saved(study, seed):
    path = study.folder / "members" / f"dictionary-seed-{seed}.safetensors"
    return path, load(path.read_bytes())


def test_nets_do_what_their_accuracies_say(study):
    """The saved arrays, put together by hand, give the accuracies of the table."""
    test = tenshapes(200, 40)[1]
    for name, row in (("before", FROZEN), ("after", UNFROZEN)):
        _, arrays = saved(study, 1)
        part = {k.removeprefix(f"{name}."): v for k, v in arrays.items()}
        white = features.Whitening(
            part["layers.0.whitening.mean"], part["layers.0.whitening.matrix"]
        )
        words = part["layers.0.codebook"]
        rows = features.Dictionary(words, white, size=SIZE, stride=8)(test.images)
        rows = (rows - part["layers.1.mean"]) * part["layers.1.scale"]
        scores = rows @ part["layers.2.weight"] + part["layers.2.bias"]
        right = (scores.argmax(axis=1) == test.labels).mean()
        assert study.values(row, "test_accuracy")[1] == pytest.approx(right, abs=0.026)


def test_training_end_to_end_changes_the_words_and_frozen_does_not(study):
    _, arrays = saved(study, 0)
    for path in ("layers.0.codebook", "layers.0.whitening.matrix"):
        assert not np.array_equal(arrays[f"before.{path}"], arrays[f"after.{path}"])
    for path in ("layers.0.whitening.mean", "layers.1.mean", "layers.1.scale"):
        np.testing.assert_array_equal(arrays[f"before.{path}"], arrays[f"after.{path}"])


def test_both_begin_where_the_classifier_ended(study):
    rows = (LONGER, UNFROZEN)
    longer, unfrozen = (study.values(r, "validation_accuracies") for r in rows)
    for one, other, first in zip(
        longer, unfrozen, study.values(FROZEN, "validation_accuracies"), strict=True
    ):
        assert one[0] == other[0] == first[-1]
        assert len(one) == len(other) == 1 + 2


def test_filters_before_and_after(study):
    path, arrays = saved(study, 0)
    found = read_filters(path)
    word = (
        arrays["before.layers.0.whitening.matrix"]
        @ arrays["before.layers.0.codebook"].T
    )
    np.testing.assert_allclose(
        found["before"][2].ravel(), word[:, 2], rtol=1e-4, atol=1e-5
    )
    assert found["after"].shape == (6, SIZE, SIZE, 3)
    page = study.report.read_text(encoding="utf-8")
    assert (
        page.count("All 6 units, each scaled by itself: mid-grey is a weight of 0.<")
        == 2
    )
    assert "still frozen" in page
    assert UNFROZEN in page


def test_it_goes_on(study, tmp_path):
    def stop(event):
        return len(getattr(event, "members", ())) >= 15

    out = tmp_path / "c"
    assert compare("features", out=out, watch=stop, **SMALL).stopped_by == "request"
    again = compare(resume=out)
    assert again.rows == study.rows
    assert again.verdict == study.verdict
    assert "trained end to end" in again.verdict


def test_what_is_refused(tmp_path):
    for wrong in ({"words": 0}, {"conv": (4,)}, {"features": "hogg"}):
        with pytest.raises(OptionError):
            compare("features", out=tmp_path / "c", **{**SMALL, **wrong})
    with pytest.raises(OptionError, match="takes no setting features"):
        compare("layers", features="hog")
    assert not (tmp_path / "c").exists()


def test_a_damaged_dictionary_is_named(study, tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    with pytest.raises(RunError, match=r"x\.safetensors"):
        read_filters(path)


def test_settings_are_written_down(study):
    config = json.loads((study.folder / "compare.json").read_text(encoding="utf-8"))
    assert {k: config["settings"][k] for k in ("words", "stride")} == {
        "words": 6,
        "stride": 8,
    }
