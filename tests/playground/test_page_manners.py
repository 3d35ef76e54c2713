"""The page of the room of points: what is kept and shared, and how it behaves."""

from __future__ import annotations

import json

import pytest

from hubel.playground._presets import PRESETS
from tests.playground.browser import center, eventually


def test_a_reload_restores_the_state(visit):
    page = visit.page
    page.click("text=Thirteen points")
    x, y, width = center(page)
    page.mouse.click(x + width * 0.4, y + width * 0.4)
    page.get_by_label("Learning rate", exact=True).fill("0.25")
    page.keyboard.press("Enter")
    page.select_option("label:has-text('Speed') select", "100")
    page.select_option("label:has-text('Layer') select", "1")
    page.select_option(".field:has(span:text-is('Regions')) select", "hard")
    visit.until(lambda: visit.room.settings.lr == 0.25 and visit.room.shown.layer == 1)
    before, kept = visit.room, visit.state()
    assert "t" not in kept
    page.reload()
    page.wait_for_selector("#room[data-seq]")
    visit.until(lambda: visit.served.rooms[-1].settings == before.settings)
    after = visit.served.rooms[-1]
    visit.until(lambda: after.shown.layer == 1 and after.speed == 100)
    assert after is not before
    assert after.points.x == pytest.approx(before.points.x, abs=1e-3)
    assert (after.points.test == before.points.test).all()
    assert visit.state() == kept
    eventually(
        page, lambda: page.input_value("label:has-text('Regions') select") == "hard"
    )


def test_an_address_is_checked_by_the_server(visits):
    visit = visits()
    page = visit.open("&lr=banana&layers=6tanh")
    page.wait_for_selector(".message.bad >> text=a number from")
    assert visit.room.settings.lr == 0.03


def test_a_teacher_hides_panels_and_the_link_has_no_key(visits):
    visit = visits()
    page = visit.open()
    page.click("text=Share…")
    page.uncheck("dialog >> text=How it learns")
    page.uncheck("dialog >> text=The net")
    link = page.input_value("dialog [aria-label=Link]")
    assert "hide=learning,network" in link
    assert visit.served.address.split("t=")[1] not in link
    page.fill("dialog [aria-label='A link to open']", link + "&lr=0.7")
    page.click("text=Open it")
    visit.until(lambda: visit.room.settings.lr == 0.7)
    page.wait_for_selector(".learning", state="hidden")
    eventually(page, lambda: page.is_hidden(".network"))
    eventually(page, lambda: page.is_visible(".plane"))
    assert visit.state()["hide"] == "learning,network"


def test_a_room_is_saved_and_opened(visit):
    page, room = visit.page, visit.room
    page.click("#play")
    visit.until(lambda: room.learner.step > 100)
    page.click("#play")
    visit.until(lambda: not room.working)
    weights, step = room.learner.parameters[0].copy(), room.learner.step
    with page.expect_download() as saved:
        page.click("text=Save >> nth=-1")
    path = saved.value.path()
    assert json.loads(path.read_text())["step"] == step
    page.click("text=Reset")
    visit.until(lambda: room.learner.step == 0)
    page.locator("input[type=file][accept='.json']").set_input_files(path)
    visit.until(lambda: room.learner.step == step)
    assert (room.learner.parameters[0] == weights).all()


def test_the_run_as_a_program(visit):
    page = visit.page
    page.click("text=Copy as Python")
    page.wait_for_selector("dialog[open] pre")
    program = page.inner_text("dialog[open] pre")
    compile(program, "copied", "exec")
    assert "nn.fit(" in program


def test_examples_side_by_side(visit):
    page, served = visit.page, visit.served
    page.click("[data-beside=capacity]")
    visit.until(lambda: len(served.rooms[-3:]) == 3 and served.rooms[-4] is visit.room)
    tiles = served.rooms[-3:]
    visit.until(lambda: sorted(r.settings.layers[0].units for r in tiles) == [3, 6, 20])
    page.click("text=Play all")
    visit.until(lambda: all(room.learner.step > 40 for room in tiles))
    page.click("text=Pause all")
    visit.until(lambda: not any(room.working for room in tiles))
    eventually(page, lambda: page.locator(".compare canvas").count() == 3)
    page.click("[aria-label='Open 20 hidden units']")
    visit.until(lambda: visit.room.settings.layers[0].units == 20)
    eventually(page, lambda: page.is_visible(".plane"))


def test_every_example_tells_its_story(visit):
    page = visit.page
    for each in PRESETS:
        page.click(f"[data-preset='{each.name}']")
        page.wait_for_selector(f"[data-preset='{each.name}'][aria-pressed=true]")
        assert page.inner_text(".story") == each.story
        assert visit.room.settings == each.settings


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(visits, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    visit = visits(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = visit.open()
    page.click("[aria-label='Weights of hidden layer 2, unit 1']")
    page.wait_for_selector(".inspector tbody tr")
    found = axe.Axe().run(page).response["violations"]
    serious = [
        (each["id"], [node["html"][:120] for node in each["nodes"]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_slow_page_stays_current(visit):
    page, room = visit.page, visit.room
    page.select_option("label:has-text('Speed') select", "1")
    page.click("#play")
    visit.until(lambda: room.learner.step > 5)
    before = int(page.get_attribute("#room", "data-seq"))
    page.evaluate("const end = Date.now() + 3000; while (Date.now() < end);")
    page.wait_for_timeout(300)
    shown = int(page.get_attribute("#room", "data-step"))
    drawn = int(page.get_attribute("#room", "data-seq")) - before
    assert room.learner.step - shown <= 15  # half a second of 30 steps each
    assert drawn < 30  # what came in between was never sent
    page.click("#play")


def test_ten_pages_stay_responsive(visits):
    opened = [visits() for _ in range(10)]
    for each in opened:
        each.open()
        each.page.click("#play")
    for each in opened:
        each.until(lambda each=each: each.room.learner.step > 40)
    for each in opened:
        each.page.click("#play")
        each.until(lambda each=each: not each.room.working, seconds=5)


def test_a_page_without_the_key_says_so(visits):
    visit = visits()
    visit.page.goto(visit.served.origin)
    visit.page.wait_for_selector("text=hubel play printed")
    visit.said.clear()  # Chromium reports the closed connection


def test_what_changes_is_said_calmly(visit):
    page = visit.page
    page.evaluate(
        "window.said = 0; new MutationObserver(() => said++)"
        ".observe(document.querySelector('.unseen'), {childList: true})"
    )
    page.click("#play")
    page.wait_for_timeout(4500)
    page.click("#play")
    assert 1 <= page.evaluate("said") <= 3
    assert "loss" in page.text_content(".unseen")
