"""The pages of the rooms of cells and of images in a real browser."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hubel import experiments
from hubel.errors import OptionError
from hubel.experiments import TrainSettings
from hubel.playground._play import rooms
from hubel.view import png_bytes
from tests.playground import browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server of all rooms, with a run."""
    folder = tmp_path_factory.mktemp("runs") / "conv"
    settings = TrainSettings(images=200, conv=(4,), hidden=(6,), epochs=1)
    experiments.train(settings, out=folder)
    with browser.serving(rooms(folder)) as found:
        yield found


@pytest.fixture
def cells(visits):
    found = visits()
    found.open("&room=cells")
    return found


@pytest.fixture
def images(visits):
    found = visits()
    found.open("&room=images")
    return found


def drag(page, selector, *places):
    """Press, move and let go; places are shares of the element's sides."""
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    points = [
        (box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in places
    ]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=5)
    page.mouse.up()


def test_a_bar_is_dragged_over_the_field(cells):
    page, room = cells.page, cells.room
    page.get_by_label("Show a").select_option("bar")
    cells.until(lambda: room.stimulus.kind == "bar")
    drag(page, ".screen-canvas", (0.2, 0.5), (0.5, 0.5))
    cells.until(lambda: abs(room.stimulus.x) < 0.02 and room.stimulus.speed == 0)
    cells.until(lambda: int(page.inner_text(".card.cell0 .card-rate")) > 40)
    drag(page, ".screen-canvas", (0.5, 0.5), (0.9, 0.5))
    cells.until(lambda: page.inner_text(".card.cell0 .card-rate") == "0")
    cells.until(lambda: "at 40, 0" in page.inner_text("#screen-readout"))


def test_all_of_it_by_keyboard(cells):
    page, room = cells.page, cells.room
    page.focus(".screen-canvas")
    page.keyboard.press("Space")
    cells.until(lambda: room.stimulus.speed == 0)
    for _ in range(18):
        page.keyboard.press("]")
    cells.until(lambda: abs(room.stimulus.orientation - math.pi / 2) < 1e-6)
    cells.until(lambda: page.inner_text(".card.cell1 .card-rate") == "0")
    page.keyboard.press("Space")
    cells.until(lambda: room.stimulus.speed == 1)
    page.get_by_role("button", name="Show its best").first.press("Enter")
    cells.until(lambda: room.stimulus.orientation == 0)
    cells.until(lambda: page.inner_text(".card.cell1 .card-rate") == "100")
    page.get_by_role("button", name="Pause").press("Enter")
    cells.until(lambda: not room.working)


def test_what_is_refused_is_said(cells):
    def refuse(_fields):
        raise OptionError("not at this time", remedy="Wait")

    cells.room._handlers["focus"] = refuse
    cells.page.locator(".card.cell1 button").first.click()
    told = cells.page.locator(".message.bad")
    browser.eventually(
        cells.page, lambda: told.inner_text().startswith("Not at this time: Wait.")
    )


def test_tuning_curves_are_measured(cells):
    page = cells.page
    page.get_by_role("button", name="Measure all").click()
    page.wait_for_selector('[data-tuned="phase"]', timeout=60_000)
    texts = [each.inner_text() for each in page.locator(".legend").all()]
    assert "selectivity 0.92" in texts[0]
    assert "best at 4.0 waves" in texts[1]
    assert ": simple" in texts[2]
    assert ": complex" in texts[2]
    page.locator("[data-vary=orientation] summary").click()
    browser.eventually(
        page, lambda: page.locator("[data-vary=orientation] tbody tr").count() == 36
    )
    page.get_by_label("turned by, °", exact=True).nth(1).fill("45")
    page.keyboard.press("Enter")
    cells.until(lambda: abs(cells.room.model["orientation"] - math.pi / 4) < 0.01)
    cells.until(lambda: page.locator("[data-vary=orientation] tbody tr").count() == 0)


def test_filters_are_probed(cells):
    page, room = cells.page, cells.room
    browser.eventually(
        page, lambda: page.locator("[data-sheet=learned] .tile").count() == 64
    )
    page.locator("[data-sheet=trained] .tile").nth(3).click()
    cells.until(lambda: room.chosen["trained"] == 3 and room.focus == 3)
    page.wait_for_selector(".card.cell3 .card-title:has-text('Trained filter 3')")
    browser.eventually(
        page,
        lambda: page.get_attribute(
            "[data-sheet=trained] .tile >> nth=3", "aria-pressed"
        ),
    )


def test_the_sound_is_off_until_it_is_wanted(cells):
    page = cells.page
    assert not page.get_by_label("Sound").is_checked()
    page.get_by_label("Sound").check()
    page.wait_for_timeout(500)
    page.get_by_label("Sound").uncheck()


def test_test_images_are_looked_through(images):
    page, room = images.page, images.room
    page.get_by_label("The next one").click()
    images.until(lambda: room.sample == 1)
    page.get_by_label("Number of the test image").fill("42")
    page.keyboard.press("Enter")
    images.until(lambda: room.sample == 42)
    page.wait_for_selector("text=Test image 42")
    browser.eventually(page, lambda: page.locator(".score.true").count() == 1)
    page.locator(".score").nth(4).click()
    images.until(lambda: room.target == 4)
    page.wait_for_selector("text=Of the score of square")
    page.get_by_role("button", name="Of the highest").click()
    images.until(lambda: room.target is None)


def test_a_picture_of_ones_own(images, tmp_path):
    page, room = images.page, images.room
    half = np.zeros((64, 64, 3), np.uint8)
    half[:, 32:] = 250, 10, 90
    (tmp_path / "half.png").write_bytes(png_bytes(half))
    chosen = page.get_by_label("A picture of your own")
    chosen.set_input_files(tmp_path / "half.png")
    images.until(lambda: room.sample is None)
    assert room.image[:, :15].max() < 5
    assert np.abs(room.image[:, 17:].astype(int) - (250, 10, 90)).max() < 5
    (tmp_path / "no.png").write_text("not a picture")
    chosen.set_input_files(tmp_path / "no.png")
    page.wait_for_selector("text=no.png is no picture")


def test_a_drawing_is_seen(images):
    page, room = images.page, images.room
    drag(page, ".drawing-canvas", (0.1, 0.5), (0.9, 0.5))
    images.until(lambda: room.sample is None)
    images.until(lambda: room.image[16, 4:28].min() > 200)
    assert np.abs(room.image[2].astype(int) - 0x77).max() < 3
    page.get_by_role("button", name="Clear").click()
    images.until(lambda: room.image.max() == 0x77)


def test_every_layer_is_shown(images):
    page = images.page
    browser.eventually(page, lambda: page.locator(".unit-filter").count() == 4)
    browser.eventually(
        page, lambda: page.locator(".unit-answer canvas:visible").count() == 4
    )
    count = page.locator(".layers select option").count()
    for layer in range(count):
        page.locator(".layers select").select_option(str(layer))
        images.until(lambda layer=layer: images.room.layer == layer)
    page.wait_for_selector("text=10 numbers")
    browser.eventually(page, lambda: page.locator(".unit-answer").count() == 10)


def test_rooms_are_changed_by_tabs(images):
    page, served = images.page, images.served
    for name in ("Cells", "Points", "Images"):
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_selector(f".{name.lower()}-room")
        page.wait_for_selector("#room[data-seq]")
    assert len(served.rooms) >= 4


def test_only_the_room_chosen_last_is_entered(cells):
    page, served = cells.page, cells.served
    before = len(served.rooms)
    page.evaluate(
        """() => ["images", "points", "cells", "points"].forEach(
            (room) => document.querySelector(`[data-room=${room}]`).click())"""
    )
    page.wait_for_selector(".points-room")
    page.wait_for_timeout(300)
    assert len(served.rooms) == before + 1
    browser.eventually(page, lambda: page.locator("#room > *").count() == 1)
    page.goto(f"{served.address}&room=toString")
    page.reload()
    page.wait_for_selector(".points-room")


@pytest.mark.parametrize("room", ["cells", "images"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(visits, room, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    visit = visits(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = visit.open(f"&room={room}")
    page.wait_for_timeout(300)
    found = axe.Axe().run(page).response["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
