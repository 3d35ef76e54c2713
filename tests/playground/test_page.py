"""The page of the room of points in a real browser: learning, knobs, points."""

from __future__ import annotations

import pytest

from tests.playground.browser import (
    center,
    eventually,
    learned,
    places,
    setting,
    tab_to,
    touch,
)


def test_a_spiral_is_learned_by_keyboard_alone(visit):
    page = visit.page
    tab_to(page, "Two spirals")
    page.keyboard.press("Enter")
    tab_to(page, "Speed", "Shift+Tab")
    page.keyboard.type("as fast")
    tab_to(page, "Play", "Shift+Tab")
    page.keyboard.press("Enter")
    visit.until(lambda: learned(page) > 95, seconds=60)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Play")
    visit.until(lambda: not visit.room.working)
    assert learned(page) > 95
    assert visit.room.settings.data == "spiral"


def test_keys_play_step_reset_and_choose_a_class(visit):
    page, room = visit.page, visit.room
    page.keyboard.press(".")
    visit.until(lambda: room.learner.step == 1)
    page.keyboard.press(" ")
    visit.until(lambda: room.working and room.learner.step > 30)
    page.wait_for_selector("#play[data-working=true]")  # what the key looks at
    page.keyboard.press(" ")
    visit.until(lambda: not room.working)
    page.keyboard.press("r")
    visit.until(lambda: room.learner.step == 0)
    page.keyboard.press("2")
    eventually(page, lambda: page.is_checked("[aria-label='Class 2, square']"))


def test_play_pause_step_reset_seed_and_rewind(visit):
    page, room = visit.page, visit.room
    page.click("#play")
    visit.until(lambda: room.learner.step > 200)
    page.click("#play")
    visit.until(lambda: not room.working)
    page.wait_for_timeout(200)
    step = room.learner.step
    eventually(page, lambda: page.get_attribute("#room", "data-step") == str(step))
    eventually(page, lambda: f"step {step:,}" in page.inner_text(".told"))
    slide = page.get_by_label("Rewind to an earlier step")
    slide.fill("100")
    slide.dispatch_event("change")
    visit.until(lambda: room.learner.step <= 100)
    first = room.learner.parameters[0].copy()
    page.click("text=Reset")
    visit.until(lambda: room.learner.step == 0)
    start = room.learner.parameters[0].copy()
    assert (first != start).any()
    page.click("text=New seed")
    visit.until(lambda: room.settings.seed == 1)
    page.click("text=Step")
    visit.until(lambda: room.learner.step == 1)
    assert (room.learner.parameters[0] != start).any()


def test_it_says_what_happened_when_the_loss_is_lost_and_goes_on(visits):
    visit = visits()
    page = visit.open("&layers=&l2=1&lr=100&speed=0")
    visit.until(lambda: visit.room.settings.lr == 100)
    page.click("#play")
    page.wait_for_selector(".message.bad >> text=Lower the learning rate")
    assert not visit.room.working
    assert visit.room.learner.finite
    page.click("text=Go on with 10")
    visit.until(lambda: visit.room.settings.lr == 10)


def test_it_stops_where_it_was_told_to(visit):
    page, room = visit.page, visit.room
    page.fill("label:has-text('Stop at step') input", "150")
    page.keyboard.press("Enter")
    visit.until(lambda: room.until.steps == 150)
    page.click("#play")
    page.wait_for_selector("text=Stopped at step 150")
    assert room.learner.step == 150
    page.fill("label:has-text('Stop at step') input", "")
    page.fill("label:has-text('or at % right') input", "60")
    page.keyboard.press("Enter")
    visit.until(lambda: room.until.accuracy == 0.6 and room.until.steps is None)


def test_every_number_can_be_typed_and_slid(visit):
    page, room = visit.page, visit.room
    numbers = [
        ("Learning rate", 0.5, "lr"),
        ("Regularisation λ", 0.002, "l2"),
        ("Momentum", 0.5, "momentum"),
        ("Batch", 7, "batch"),
        ("How many", 90, "count"),
        ("Noise", 0.2, "noise"),
        ("Kept for the test", 0.5, "test_share"),
    ]
    for label, value, name in numbers:
        page.get_by_label(label, exact=True).fill(str(value))
        page.keyboard.press("Enter")
        visit.until(lambda name=name, value=value: setting(room, name) == value)
        page.get_by_label(f"{label}, slider").press("End")
        visit.until(lambda name=name, value=value: setting(room, name) > value)
    assert {name: float(visit.state()[name]) for _, _, name in numbers} == {
        name: setting(room, name) for _, _, name in numbers
    }


def test_every_choice(visit):
    for label, value, name in [
        ("Optimiser", "adam", "optimizer"),
        ("Loss", "svm", "loss"),
        ("Points", "xor", "data"),
        ("Classes", 3, "classes"),
    ]:
        field = f".field:has(span:text-is('{label}')) select"
        visit.page.select_option(field, str(value))
        visit.until(lambda name=name, value=value: setting(visit.room, name) == value)


def test_knobs_that_keep_the_weights_keep_the_step(visit):
    page, room = visit.page, visit.room
    page.click("text=Step")
    visit.until(lambda: room.learner.step == 1)
    for label, value in [("Learning rate", "0.2"), ("Regularisation λ", "0.01")]:
        page.get_by_label(label, exact=True).fill(value)
        page.keyboard.press("Enter")
    visit.until(lambda: (room.learner.lr, room.learner.l2) == (0.2, 0.01))
    assert room.learner.step == 1


def test_layers(visit):
    page, room = visit.page, visit.room

    def layers():
        return [(each.units, each.activation) for each in room.settings.layers]

    page.click("[aria-label='One unit more in hidden layer 2']")
    visit.until(lambda: layers() == [(6, "tanh"), (3, "tanh")])
    page.select_option("[aria-label='Activation of hidden layer 1']", "maxout")
    visit.until(lambda: layers()[0] == (6, "maxout"))
    page.click("[aria-label='Add a hidden layer']")
    visit.until(lambda: len(layers()) == 3)
    page.click("[aria-label='Take hidden layer 2 away']")
    visit.until(lambda: layers() == [(6, "maxout"), (4, "tanh")])
    page.wait_for_selector("text=3-layer net, or 2-hidden-layer net")
    page.click("[aria-label='One unit fewer in hidden layer 1']")
    visit.until(lambda: layers()[0] == (5, "maxout"))
    visit.until(lambda: page.locator(".unit").count() == 5 + 4 + 2)


def test_the_grid_shows_any_pair_of_units_of_any_layer(visit):
    page, room = visit.page, visit.room
    page.select_option("label:has-text('Across') select", "3")
    visit.until(lambda: room.shown.pair == (3, 1))
    seen = {room.shown.pair}
    for _ in range(20):
        before = room.shown.pair
        page.click("text=Next pair")
        visit.until(lambda before=before: room.shown.pair != before)
        seen.add(room.shown.pair)
    assert {(a, b) for a in range(6) for b in range(a + 1, 6)} <= seen
    page.select_option("label:has-text('Layer') select", "2")
    visit.until(lambda: room.shown.layer == 2)
    page.check("text=Fixed scale")


def test_a_weight_is_written_by_keyboard(visit):
    page, room = visit.page, visit.room
    unit = page.locator("[aria-label='Weights of hidden layer 2, unit 1']")
    unit.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Into unit 1 of hidden layer 2")
    tab_to(page, "Weight from unit 3")
    page.keyboard.press("Control+a")
    page.keyboard.type("2.5")
    page.keyboard.press("Enter")
    visit.until(lambda: room.learner.net.layers[2].weight[2][0] == 2.5)
    eventually(page, lambda: page.locator(".inspector .gradient").count() == 7)


def test_pictures_change_with_what_they_show(visit):
    page = visit.page

    def pixels(name):
        page.wait_for_timeout(300)
        return page.evaluate(f"document.querySelector('{name}').toDataURL()")

    shaded = pixels(".plane-canvas")
    page.select_option(".field:has(span:text-is('Regions')) select", "hard")
    hard = pixels(".plane-canvas")
    page.select_option(".field:has(span:text-is('Colours')) select", "slides")
    slides = pixels(".plane-canvas")
    page.select_option("[aria-label='Light or dark']", "dark")
    dark = pixels(".plane-canvas")
    page.hover("[aria-label='Weights of hidden layer 1, unit 1']")
    unit = pixels(".plane-canvas")
    assert len({shaded, hard, slides, dark, unit}) == 5
    log = pixels(".chart")
    page.uncheck("text=Log")
    assert pixels(".chart") != log


def test_the_curves_are_a_table_too(visit):
    page = visit.page
    page.click("#play")
    visit.until(lambda: visit.room.learner.step > 100)
    page.click("#play")
    page.click("text=The curves as a table")
    rows = page.locator(".curves tbody tr")
    assert 2 <= rows.count() <= 20
    eventually(page, lambda: rows.first.inner_text().startswith("0"))


def test_points_by_mouse(visit):
    page, room = visit.page, visit.room
    x, y, width = center(page)
    count = len(room.points.x)
    page.click("text=Thirteen points")
    visit.until(lambda: len(room.points.x) == 13)
    page.check("[aria-label='Class 2, square']", force=True)
    page.mouse.click(x + width * 0.4, y + width * 0.4)
    visit.until(lambda: len(room.points.x) == 14)
    assert count != 14
    assert room.points.y[-1] == 1
    assert places(visit)[-1] == pytest.approx([1.0, -1.0], abs=0.02)
    page.mouse.move(x + width * 0.4, y + width * 0.4)
    page.mouse.down()
    page.mouse.move(x - width * 0.2, y, steps=5)
    page.mouse.move(x - width * 0.4, y - width * 0.4, steps=5)
    page.mouse.up()
    visit.until(lambda: places(visit)[-1][0] < -0.9)
    assert places(visit)[-1] == pytest.approx([-1.0, 1.0], abs=0.03)
    page.mouse.click(x - width * 0.4, y - width * 0.4, button="right")
    visit.until(lambda: len(room.points.x) == 13)
    assert visit.state()["data"] == "own"


def test_points_by_keyboard(visit):
    page, room = visit.page, visit.room
    page.click("text=Thirteen points")
    visit.until(lambda: len(room.points.x) == 13)
    tab_to(page, "The plane with its points")
    page.keyboard.press("2")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    visit.until(lambda: len(room.points.x) == 14)
    assert places(visit)[-1] == pytest.approx([-0.05, 0.75])
    assert room.points.y[-1] == 1
    page.wait_for_timeout(200)
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    visit.until(lambda: places(visit)[-1] == pytest.approx([0.0, 0.75]))
    page.keyboard.press("m")
    page.wait_for_timeout(200)
    page.keyboard.press("Delete")
    visit.until(lambda: len(room.points.x) == 13)
    eventually(page, lambda: "class" in page.inner_text("#plane-readout"))


def test_points_by_finger(visits):
    visit = visits(viewport={"width": 390, "height": 844}, has_touch=True)
    page, room = visit.open(), visit.room
    page.tap("text=Thirteen points")
    visit.until(lambda: len(room.points.x) == 13)
    page.locator(".plane-canvas").scroll_into_view_if_needed()
    x, y, width = center(page)
    page.touchscreen.tap(x + width * 0.4, y + width * 0.4)
    visit.until(lambda: len(room.points.x) == 14)
    page.tap(".brush[title='Take points away']")
    page.touchscreen.tap(x + width * 0.4, y + width * 0.4)
    visit.until(lambda: len(room.points.x) == 13)
    page.tap(".brush[title^='Class 2']")
    page.touchscreen.tap(x + width * 0.4, y + width * 0.4)
    visit.until(lambda: len(room.points.x) == 14)
    page.wait_for_timeout(300)
    finger = page.context.new_cdp_session(page)
    touch(finger, "Start", x + width * 0.4, y + width * 0.4)
    for k in range(1, 6):
        touch(finger, "Move", x + width * 0.4, y + width * (0.4 - 0.04 * k))
    touch(finger, "End")
    visit.until(lambda: places(visit)[-1] == pytest.approx([1, -0.5], abs=0.05))
    page.wait_for_timeout(300)
    touch(finger, "Start", x + width * 0.4, y + width * 0.2)
    visit.until(lambda: len(room.points.x) == 13)
    touch(finger, "End")


def test_points_as_csv(visit, tmp_path):
    page, room = visit.page, visit.room
    with page.expect_download() as saved:
        page.click("text=Save CSV")
    lines = saved.value.path().read_text().splitlines()
    assert lines[0] == "x,y,label"
    assert len(lines) == 201
    table = tmp_path / "mine.csv"
    rows = [f"{i / 3000 - 0.5},{i % 7 / 7},{i % 2}" for i in range(3000)]
    table.write_text("\n".join(["x,y,label", *rows]))
    page.locator("input[type=file][accept='.csv,.txt']").set_input_files(table)
    visit.until(lambda: len(room.points.x) == 3000)
    table.write_text("x,y,label\n1,2,nonsense\n")
    page.locator("input[type=file][accept='.csv,.txt']").set_input_files(table)
    page.wait_for_selector(".message.bad >> text=Line 2 is '1,2,nonsense'")
    assert len(room.points.x) == 3000
