"""The map of a search."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hubel.view import SearchDot, search_map

ENDS = {"x": (1e-4, 1e-1, True), "y": (0.0, 1.0, False)}
LABELS = {"x_label": "learning rate", "y_label": "dropout"}
DOTS = [
    SearchDot("trial 1", 1e-4, 0.0, 0.1, whole=False),
    SearchDot("trial 2", 1e-1, 1.0, 0.55, best=True),
    SearchDot("trial 3", 1e-2, 0.5, None),
    SearchDot("trial 4", 1e-3, 0.5, 0.34),
]


def test_every_trial_is_drawn_with_its_number():
    picture = search_map(DOTS, **ENDS, **LABELS)
    root = ET.fromstring(picture)
    texts = [node.text for node in root.iter() if node.tag.endswith("text")]
    assert {"10", "34", "55", "best: trial 2", "learning rate", "0.001"} <= set(texts)
    hovers = [node.text for node in root.iter() if node.tag.endswith("title")]
    assert "trial 3: lost its loss" in hovers
    assert "trial 2: 55.0 %" in hovers
    assert "trial 2 with 55.0 %" in picture
    # Given up early: dashed. The best: the darkest shade and a ring.
    assert picture.count("stroke-dasharray") == 1
    assert 'class="right6"' in picture
    assert picture.count('class="line series0"') == 1


def test_the_best_is_on_top_and_its_name_is_inside():
    picture = search_map(DOTS, **ENDS, **LABELS)
    assert picture.index(">10</text>") < picture.index(">34</text>")
    assert picture.index(">34</text>") < picture.index(">55</text>")
    # At the right edge the name goes to the left.
    name = picture[: picture.index(">best: trial 2")].rpartition("<text")[2]
    assert 'text-anchor="end"' in name


def test_nothing_is_known_yet():
    picture = search_map([SearchDot("trial 1", 1e-3, 0.5, None)], **ENDS, **LABELS)
    assert "right" not in picture.partition("</style>")[2].replace("right;", "")


def test_trials_that_are_all_as_good():
    dots = [SearchDot(f"trial {k}", 1e-3, k / 4, 0.2) for k in range(3)]
    picture = search_map(dots, **ENDS, **LABELS)
    assert picture.count(">20</text>") == 3
