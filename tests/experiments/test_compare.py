"""Comparisons: right numbers, honest words, and nothing that is finished done twice."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import hubel as hb
from hubel import nn
from hubel.data import points, tenshapes
from hubel.errors import OptionError, RunError
from hubel.experiments import compare, load, load_run
from hubel.experiments.comparing import (
    CompareStanding,
    CompareStarted,
    _capacity,
    compare_command,
)
from hubel.experiments.comparing._flow import flow, slopes
from hubel.experiments.comparing._side_by_side import train_together
from hubel.experiments.comparing._spread import Spread, spread_of, verdict
from hubel.nn._activations import find_activation

POINTS = {"units": (2, 5), "strengths": (0.0, 0.01), "steps": 300, "count": 60}
IMAGES = {"images": 200, "epochs": 2, "batch_size": 50}


@pytest.fixture(scope="module")
def on_points(tmp_path_factory):
    return compare("capacity", out=tmp_path_factory.mktemp("c") / "points", **POINTS)


@pytest.fixture(scope="module")
def on_images(tmp_path_factory):
    out = tmp_path_factory.mktemp("c") / "images"
    return compare("layers", hidden=(6,), out=out, **IMAGES)


def files(folder):
    """Return what members left, by name, without how long they took."""
    found = {}
    for path in sorted((folder / "members").glob("*.json")):
        rows = json.loads(path.read_text(encoding="utf-8"))["members"]
        for row in rows:
            row["values"].pop("seconds", None)
        found[path.name] = rows
    for path in sorted(folder.glob("members/**/*.safetensors")):
        found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def stop_after(count):
    """Return a watcher that wants to stop at the nth standing."""
    told = []

    def watch(event):
        told.append(event)
        return len(told) > count

    return watch


def test_a_comparison_on_points_tells_what_its_nets_do(on_points):
    assert len(on_points.members) == 2 * 2 * 3
    for member in on_points.members:
        units, strength = member.values["units"], member.values["strength"]
        study = _capacity.Capacity(3, POINTS)
        net = study.nets(on_points.folder, units)[strength, member.seed]
        every = points("circle", 60 + 2000, noise=0.2, seed=member.seed)
        scores = net(every.images.astype(np.float32) * 2)
        right = scores.argmax(axis=1) == every.labels
        assert member.values["train_accuracy"] == right[:60].mean()
        assert member.values["test_accuracy"] == right[60:].mean()


def test_rows_are_the_seeds_of_members(on_points):
    for row, found in on_points.rows.items():
        assert list(found.values) == on_points.values(row, "test_accuracy")
    with pytest.raises(KeyError):
        on_points.values("7 hidden", "test_accuracy")


def test_nets_side_by_side_learn_what_each_learns_alone():
    nets = [nn.mlp(2, 4, 2, seed=seed, dtype=np.float64) for seed in (0, 1, 2)]
    parts = [points("xor", 30, seed=seed) for seed in (0, 1, 2)]
    x, labels = (
        np.stack(a) for a in zip(*((p.images, p.labels) for p in parts), strict=True)
    )
    strengths, how = (0.0, 0.01, 0.1), {"lr": 0.1, "momentum": 0.9, "steps": 50}
    found = train_together(
        nets, x, labels, strengths, callback=lambda step, loss: None, **how
    )
    for k, (net, l2) in enumerate(zip(nets, strengths, strict=True)):

        def loss(net, k=k, l2=l2):
            squares = sum((a.weight**2).sum() for a in (net[0], net[2]))
            error = nn.softmax_cross_entropy(net(x[k]), labels[k])
            return error + 0.5 * l2 * squares

        alone = hb.descend(loss, net, **how)
        for name, array in alone.parameters().items():
            np.testing.assert_allclose(found[k].parameters()[name], array, rtol=1e-9)


def test_a_comparison_on_images_leaves_runs(on_images):
    assert list(on_images.rows) == ["linear", "2-layer net", "3-layer net"]
    widths = {"linear": (), "2-layer net": (6,), "3-layer net": (6, 6)}
    test = tenshapes(200, 40)[1]
    for member in on_images.members:
        run = load_run(on_images.folder / member.folder)
        assert run.settings.hidden == widths[member.row]
        assert run.settings.seed == member.seed
        model = load(on_images.folder / member.folder)
        right = (model.predict(test.images) == test.labels).mean()
        assert member.values["test_accuracy"] == right == run.result["test_accuracy"]
    seeds = {tuple(f.values) for f in on_images.rows.values()}
    assert len(seeds) == 3


def test_the_page_has_every_number(on_images, on_points):
    for result in (on_images, on_points):
        page = result.report.read_text(encoding="utf-8")
        for found in result.rows.values():
            assert str(found) in page
        assert result.verdict in page
        assert page.count("<svg") >= 1
    page = on_images.report.read_text(encoding="utf-8")
    assert all(m.folder in page for m in on_images.members)


@pytest.mark.parametrize("standing", [1, 3, 8])
def test_it_goes_on_where_it_was_stopped(on_images, tmp_path, standing):
    out = tmp_path / "c"
    watch = stop_after(standing)
    stopped = compare("layers", hidden=(6,), out=out, watch=watch, **IMAGES)
    assert stopped.stopped_by == "request"
    assert stopped.verdict == ""
    resumed = compare(resume=out)
    assert resumed.stopped_by == ""
    assert files(out) == files(on_images.folder)
    assert resumed.rows == on_images.rows
    assert resumed.verdict == on_images.verdict


def test_points_go_on_too(on_points, tmp_path):
    out = tmp_path / "c"

    def after_the_first(event):
        return bool(getattr(event, "members", ()))

    stopped = compare("capacity", out=out, watch=after_the_first, **POINTS)
    assert stopped.stopped_by == "request"
    assert 0 < len(files(out)) < len(files(on_points.folder))
    resumed = compare(resume=out)
    assert files(out) == files(on_points.folder)
    assert resumed.rows == on_points.rows


def test_what_is_finished_is_not_done_again(on_points, monkeypatch):
    def never(*args, **how):
        raise AssertionError("trained again")

    monkeypatch.setattr(_capacity, "train_together", never)
    assert compare(resume=on_points.folder).rows == on_points.rows


def test_events(tmp_path):
    told = []
    compare("capacity", out=tmp_path / "c", watch=told.append, **POINTS)
    assert isinstance(told[0], CompareStarted)
    assert told[0].nets == 12
    done = [event.done for event in told[1:]]
    assert all(isinstance(event, CompareStanding) for event in told[1:])
    assert done == sorted(done)
    assert done[-1] == pytest.approx(1)


def test_a_lost_loss_is_a_result(tmp_path):
    images = {**IMAGES, "lr": 1e30}
    result = compare("layers", hidden=(6,), out=tmp_path / "c", **images)
    assert {m.values["test_accuracy"] for m in result.members} == {None}
    assert result.verdict == "There are not enough results to compare."
    assert "lost" in result.report.read_text(encoding="utf-8")
    assert compare(resume=tmp_path / "c").rows.keys() == result.rows.keys()


def test_the_flow_through_activations():
    data = tenshapes(60, 10)[0]
    normalize = nn.Normalize.of(data.images)
    for name in nn.ACTIVATIONS:
        body = nn.mlp(3072, 5, 4, 10, activation=name, seed=1)
        net = nn.Sequential(normalize, nn.Flatten(), *body)
        found = flow(net, data, nn.TrainConfig())
        assert len(found) == 2
        x, labels = net[:2](data.images), data.labels

        def loss(z, body=body, labels=labels):
            scores = body[1:](z)
            return nn.softmax_cross_entropy(scores, labels) * len(labels)

        z = body[0](x)
        back = hb.grad(loss)(z)
        size = np.sqrt(np.mean(np.square(back, dtype=np.float64)))
        assert found[0]["gradient"] == pytest.approx(size, rel=1e-4)
        if name == "relu":
            assert found[0]["saturated"] == pytest.approx((z <= 0).mean())
            dead = (z <= 0).all(axis=0).mean()
            assert found[0]["dead"] == pytest.approx(dead)
        if name in ("leaky_relu", "maxout"):
            assert found[0]["saturated"] == found[0]["dead"] == 0


def test_slopes_of_a_neuron():
    x = np.array([[-30.0, -1.0, 2.0, 30.0]])
    np.testing.assert_allclose(slopes(nn.ReLU(), x), [[0, 0, 1, 1]])
    np.testing.assert_allclose(slopes(nn.Maxout(2), x), [[1, 1]])
    assert slopes(find_activation("sigmoid"), x)[0, 3] < 1e-9


def test_verdicts():
    far = {"a": Spread((0.9, 0.91, 0.92)), "b": Spread((0.5, 0.51, 0.52))}
    assert verdict(far, 1000).startswith("a is the best: 91.0 %, 40.0 points above b")
    near = {"a": Spread((0.50, 0.55, 0.60)), "b": Spread((0.52, 0.53, 0.54))}
    assert verdict(near, 10_000) == "No winner: a and b differ by less than the spread."
    # Without any spread the number of test examples still counts.
    equal = {"a": Spread((0.5, 0.5, 0.5)), "b": Spread((0.48, 0.48, 0.48))}
    assert verdict(equal, 100).startswith("No winner")
    assert verdict(equal, 100_000).startswith("a is the best")
    lost = {"a": Spread((0.5, 0.5, 0.5)), "b": spread_of([0.9, None, 0.9])}
    assert verdict(lost, 100) == "There are not enough results to compare."
    many = {str(k): Spread((0.5, 0.51, 0.52)) for k in range(6)}
    assert "6 of 6" in verdict(many, 100)
    assert math.isnan(lost["b"].mean)
    assert str(lost["b"]) == "–"


@pytest.mark.parametrize(
    ("study", "settings", "words"),
    [
        ("layer", {}, "no comparison 'layer'"),
        ("layers", {"seeds": 2}, "2 seeds"),
        ("layers", {"units": 3}, "takes no setting units"),
        ("layers", {"lr": -1}, "lr is -1"),
        ("activations", {"activation": "relu"}, "takes no setting activation"),
        ("activations", {"hidden": ()}, "no activation"),
        ("capacity", {"hidden": 3}, "takes no setting hidden"),
        ("capacity", {"units": (3, 3)}, "twice"),
        ("capacity", {"units": (0,)}, "units: 0"),
        ("capacity", {"strengths": (-1,)}, "strengths: -1"),
        ("capacity", {"strengths": (math.inf,)}, "strengths: inf"),
        ("capacity", {"lr": -1}, "lr: -1"),
        ("capacity", {"momentum": 1.0}, "momentum: 1"),
        ("capacity", {"data": "star"}, "'star'"),
        ("capacity", {"activation": "step"}, "'step'"),
    ],
)
def test_what_is_refused(tmp_path, study, settings, words):
    with pytest.raises(OptionError, match=words):
        compare(study, out=tmp_path / "c", **settings)
    assert not (tmp_path / "c").exists()


def test_folders_that_are_refused(tmp_path, on_points):
    with pytest.raises(RunError, match="something already"):
        compare("capacity", out=on_points.folder, **POINTS)
    with pytest.raises(RunError, match="not a comparison"):
        compare(resume=tmp_path)
    with pytest.raises(OptionError, match="has its settings"):
        compare("layers", resume=on_points.folder)


def test_damaged_files_are_named(tmp_path):
    out = tmp_path / "c"
    compare("capacity", out=out, **POINTS)
    damaged = out / "members" / "2-hidden.json"
    damaged.write_text('{"members": [{"row": 1}]}', encoding="utf-8")
    with pytest.raises(RunError, match=r"2-hidden\.json: damaged"):
        compare(resume=out)
    config = json.loads((out / "compare.json").read_text(encoding="utf-8"))
    config["data"]["points"] += 1
    (out / "compare.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(RunError, match="data are not those"):
        compare(resume=out)
    (out / "compare.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RunError, match="not what hubel writes"):
        compare(resume=out)


def test_the_command_that_goes_on():
    assert compare_command(Path("a b")) == "hubel compare --resume 'a b'"
