"""Reports: whole, closed to the outside, bounded, and the same for the same data."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.streams import stream
from hubel.view import (
    Section,
    Table,
    TrainingRecord,
    curves,
    filters,
    report,
    training_report,
)
from hubel.view._gallery import gallery

HOSTILE = "</title></style><script>alert('1')</script>\"&amp;\x00\ud800"


def tree(page):
    """Return the page as XML, its document type aside."""
    assert page.startswith("<!DOCTYPE html>\n")
    return ElementTree.fromstring(page.partition("\n")[2])


def record(**changed):
    """Return a record of a small, complete run."""
    random = stream(0, "test")
    history = [
        {
            "epoch": k,
            "train_loss": 2.3 / k,
            "train_accuracy": 1 - 0.9 / k,
            "validation_accuracy": 0.5 if k == 2 else 0.25,
        }
        for k in (1, 2, 3)
    ]
    given = {
        "title": "A run",
        "net": "2-layer net, 1 hidden layer: 48-5-3, 263 parameters",
        "settings": {"hidden": (5,), "lr": 0.1, "seed": 12345, "threads": None},
        "history": history,
        "test_accuracy": 0.5463,
        "final_loss": 1.23456,
        "seconds": 91.4,
        "images_per_second": 51234.0,
        "classes": ["ant", "bee", "cat"],
        "confusion": [[5, 1, 0], [4, 2, 0], [0, 0, 6]],
        "weights": random.normal(size=(48, 5)),
        "weight_shape": (4, 4, 3),
        "images": random.integers(0, 256, (4, 4, 4, 3), dtype=np.uint8),
        "true": [0, 1, 2, 0],
        "predicted": [1, 1, 0, 0],
        "sureness": [0.9, 0.8, 0.7, 0.6],
    }
    return TrainingRecord(**{**given, **changed})


def test_a_training_report_says_what_happened():
    page = training_report(record())
    words = " ".join(tree(page).itertext())
    for said in (
        "2-layer net, 1 hidden layer: 48-5-3, 263 parameters",
        "54.6 %",
        "1.235",
        "1 min 31 s",
        "51,234",
        "best at epoch 2: 50.0 %",
        "bee taken for ant, 4 times",
        "All 5 units",
        "12345",
    ):
        assert said in words
    headlines = [node.text for node in tree(page).iter("h2")]
    assert headlines == [
        "What happened during training",
        "Which classes it confuses",
        "What the first layer looks for",
        "Its worst mistakes",
        "Settings",
    ]
    rows = [[c.text for c in row] for row in tree(page).iter("tr")]
    assert ["epoch", "train loss", "train accuracy", "validation accuracy"] in rows
    assert ["3", "0.767", "70.0 %", "25.0 %"] in rows
    assert ["threads", "–"] in rows


def test_what_a_run_did_not_leave_behind_is_left_out():
    page = training_report(TrainingRecord(title="A run", net="a net"))
    assert not list(tree(page).iter("section"))
    assert not list(tree(page).iter("dl"))


@pytest.mark.parametrize("absent", [None, float("nan")])
def test_a_measurement_may_be_absent(absent):
    history = [{"epoch": 1, "train_loss": 1.0}, {"epoch": 2, "train_loss": absent}]
    words = " ".join(tree(training_report(record(history=history))).itertext())
    assert "train: from 1 to 1" in words


def test_a_loss_over_decades_has_a_log_axis():
    def falling(low):
        history = [{"epoch": k + 1, "train_loss": v} for k, v in enumerate((2.0, low))]
        return "".join(tree(training_report(record(history=history))).itertext())

    assert "0.01" in falling(0.011)
    assert "0.01" not in falling(1.1)


def test_a_long_history_has_a_short_table():
    history = [{"step": k, "train_loss": 1.0 + k} for k in range(5000)]
    page = training_report(record(history=history))
    assert "200 of the 5,000 measurements" in page
    table = next(tree(page).iter("table"))
    rows = [[c.text for c in row] for row in table.iter("tr")]
    assert len(rows) == 201
    assert [rows[1][0], rows[-1][0]] == ["0", "4,999"]


def test_more_classes_than_can_be_drawn_are_listed():
    page = training_report(record(confusion=np.eye(500, dtype=int), classes=()))
    assert "500 classes, the worst first" in page
    assert "predicted class" not in page
    most = training_report(record(confusion=np.eye(1200, dtype=int), classes=()))
    assert "1,000 classes, the worst first" in most
    assert len(most) < 3 * len(page)


def test_every_class_is_listed_the_worst_first():
    matrix = [[8, 2, 0, 0], [0, 0, 0, 0], [3, 4, 3, 0], [0, 0, 0, 5]]
    classes = ["cat", "dog", "<fox>", "owl"]
    page = training_report(record(confusion=matrix, classes=classes))
    assert "The most frequent mistake: &lt;fox&gt; taken for dog, 4" in page
    tables = [
        [[c.text for c in r] for r in t.iter("tr")] for t in tree(page).iter("table")
    ]
    (rows,) = [rows for rows in tables if rows[0][0] == "class"]
    assert rows[1:] == [
        ["<fox>", "30.0 %", "10", "dog (4)"],
        ["cat", "80.0 %", "10", "dog (2)"],
        ["owl", "100.0 %", "5", "–"],
        ["dog", "–", "0", "–"],
    ]


def test_variants_are_shown_as_they_were_trained_on():
    variants = np.arange(2 * 3 * 8 * 8 * 3, dtype=np.uint8).reshape(2, 3, 8, 8, 3)
    page = training_report(record(variants=variants))
    assert "What augmentation made of the images" in page
    assert "augmentation made" not in training_report(record())


@pytest.mark.parametrize("channels", [1, 3])
def test_a_gallery_keeps_every_pixel(channels):
    images = np.arange(2 * 3 * 8 * 8 * channels, dtype=np.uint8)
    images = images.reshape(2, 3, 8, 8, channels)
    found = re.search(r"base64,([^\"]+)", gallery(images))
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(found[1]))))
    assert sheet.shape == (2 * 10 - 2, 3 * 10 - 2, 4)
    tile = sheet[10:18, 20:28]
    np.testing.assert_array_equal(
        tile[..., :3], np.broadcast_to(images[1, 2], (8, 8, 3))
    )
    assert (tile[..., 3] == 255).all()


@pytest.mark.parametrize(
    ("images", "error"),
    [
        (np.zeros((2, 3, 8, 8, 3)), DTypeError),
        (np.zeros((6, 8, 8, 3), np.uint8), ShapeError),
        (np.zeros((2, 3, 8, 8, 2), np.uint8), ShapeError),
        (np.zeros((0, 3, 8, 8, 3), np.uint8), ShapeError),
    ],
)
def test_what_is_no_gallery(images, error):
    with pytest.raises(error, match="gallery shows"):
        gallery(images)


def test_equal_runs_make_equal_pages():
    assert training_report(record()) == training_report(record())


def test_the_page_loads_nothing_and_runs_nothing():
    page = training_report(record(classes=["a", "b", HOSTILE]))

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            assert tag not in ("script", "link", "iframe", "object", "embed", "base")
            for name, value in attrs:
                assert not name.startswith("on")
                assert name != "style"  # the policy would not let it work
                if name in ("src", "href"):
                    assert value.startswith("data:image/png;base64,")

    Reader().feed(page)
    outside = re.sub("http://www.w3.org/2000/svg", "", page)
    assert "http:" not in outside
    assert "https:" not in outside
    assert "url(" not in outside


def test_the_policy_names_exactly_the_styles_of_the_page():
    page = training_report(record())
    policy = next(
        node.get("content")
        for node in tree(page).iter("meta")
        if node.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    styles = set(re.findall("<style>(.*?)</style>", page, re.DOTALL))
    digests = {
        "sha256-" + base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()
        for s in styles
    }
    assert digests == set(re.findall("'(sha256-.*?)'", policy))


def test_hostile_words_stay_words():
    page = report(
        HOSTILE,
        HOSTILE,
        [Section(HOSTILE, HOSTILE, table=Table([HOSTILE], [[HOSTILE]], HOSTILE))],
        facts=[(HOSTILE, HOSTILE)],
        note=HOSTILE,
        kind=HOSTILE,
    )
    page.encode("utf-8")
    assert "<script" not in page
    shown = HOSTILE.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    root = tree(page)
    for tag in ("title", "h1", "h2", "p", "th", "td", "summary", "dt", "dd"):
        assert shown in [node.text for node in root.iter(tag)], tag


def test_a_figure_must_be_a_drawing():
    with pytest.raises(OptionError, match="'Loss' has a figure that is plain text"):
        report("A", "b", [Section("Loss", figures=["<b>not made here</b>"])])


def test_figures_of_this_package_are_shown():
    figures = [
        curves({"a": ([1, 2], [1.0, 2.0])}),
        filters(np.eye(12), shape=(2, 2, 3)),
    ]
    root = tree(report("A", "b", [Section("Figures", figures=figures)]))
    assert len(list(root.iter("{http://www.w3.org/2000/svg}svg"))) == 1
    assert len(list(root.iter("img"))) == 1


def test_numbers_in_tables_are_aligned_and_words_are_not():
    table = Table(["name", "count"], [["a", "1,000"], ["b", "−2.5 %"], ["3", "–"]])
    cells = [
        c.get("class")
        for c in tree(report("A", "", [Section("B", table=table)])).iter("td")
    ]
    assert cells == [None, "number"] * 3


def test_the_largest_report_stays_below_two_megabytes():
    random = stream(1, "test")
    keys = [
        f"{kind} {k}_{what}"
        for k in range(6)
        for kind in "ab"
        for what in ("loss", "accuracy")
    ]
    page = training_report(
        record(
            history=[dict.fromkeys(keys, float(random.random())) for _ in range(3000)],
            settings={f"setting {k}": "x" * 1000 for k in range(50)},
            classes=[f"a class with a long name, the {k}th" for k in range(100)],
            confusion=random.integers(0, 10_000, (100, 100)),
            weights=random.normal(size=(300, 256, 256, 3)),
            images=random.integers(0, 256, (60, 128, 128, 3), dtype=np.uint8),
            true=np.arange(60),
            predicted=np.arange(60)[::-1],
            sureness=random.random(60),
        )
    )
    assert len(page.encode()) < 2_000_000
    tree(page)
