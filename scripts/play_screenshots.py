"""Draw the pictures of the playground in docs/images, by a browser.

    python scripts/play_screenshots.py [NAME ...]

It trains a small net, starts a server of its own, plays what each picture shows, and
writes PNGs of at most 150 kB. It needs the extras play and test, and Chromium
(HUBEL_CHROMIUM names another).
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from hubel.experiments import TrainSettings, train

IMAGES = Path(__file__).parent.parent / "docs" / "images"
LARGEST = 150_000
COLORS = 256


@contextmanager
def served() -> Iterator[str]:
    """Train a net and start the playground with it; give the address."""
    with tempfile.TemporaryDirectory() as folder:
        settings = TrainSettings(images=8000, hidden=(60,), epochs=12, l2=0.03)
        train(settings, out=f"{folder}/run")
        yield from started(f"{folder}/run")


def started(run: str) -> Iterator[str]:
    """Start the playground; give its address."""
    command = [sys.executable, "-m", "hubel", "play", run, "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                yield found[0]
                return
        raise SystemExit("the playground did not start")
    finally:
        process.terminate()
        process.wait(10)


def learn(page: Page, steps: int) -> None:
    """Train until a step, and let the pictures come to rest."""
    page.fill("label:has-text('Stop at step') input", str(steps))
    page.keyboard.press("Enter")
    page.click("#play")
    page.wait_for_selector(".message.good", timeout=120_000)
    page.click("text=Dismiss")
    page.fill("label:has-text('Stop at step') input", "")
    page.keyboard.press("Enter")
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(700)


def spiral(page: Page) -> None:
    """Learn a spiral."""
    page.click("[data-preset=spiral]")
    page.select_option("label:has-text('Layer') select", "1")
    learn(page, 4000)


def disc(page: Page) -> None:
    """Learn a disc in a ring."""
    page.select_option("label:has-text('Layer') select", "1")
    learn(page, 1500)


def weights(page: Page) -> None:
    """Open the weights and gradients of a unit."""
    learn(page, 300)
    page.click("[aria-label='Weights of hidden layer 2, unit 1']")
    page.mouse.move(5, 5)
    page.wait_for_timeout(500)


def beside(page: Page, which: str = "capacity", seconds: float = 8) -> None:
    """Let three nets learn side by side."""
    page.click(f"[data-beside={which}]")
    page.wait_for_timeout(1000)
    page.click("text=Play all")
    page.wait_for_timeout(1000 * seconds)
    page.click("text=Pause all")
    page.wait_for_timeout(500)


def penalties(page: Page) -> None:
    """Do so with three strengths of regularisation."""
    beside(page, "regularization")


def tuned(page: Page) -> None:
    """Measure the tuning curves of all cells."""
    page.click("text=Measure all")
    page.wait_for_selector('[data-tuned="phase"]', timeout=60_000)
    page.wait_for_timeout(3000)


def looked(page: Page) -> None:
    """Push an image of the test set through the net."""
    page.get_by_label("Number of the test image").fill("7")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Test image 7")
    page.evaluate("document.activeElement.blur()")


SHOTS: dict[str, tuple[Callable[[Page], None], str, dict[str, Any]]] = {
    "wide": (spiral, "main", {}),
    "dark": (spiral, "main", {"color_scheme": "dark"}),
    "phone": (disc, "", {"viewport": {"width": 390, "height": 844}}),
    "phone-dark": (
        disc,
        "",
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    ),
    "weights": (weights, ".network", {}),
    "capacity": (beside, ".compare", {}),
    "regularization": (penalties, ".compare", {}),
    "cells": (tuned, "main", {"viewport": {"width": 1440, "height": 1280}}),
    "cells-phone": (
        tuned,
        "",
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    ),
    "images": (looked, "main", {}),
    "images-dark": (looked, "main", {"color_scheme": "dark"}),
}
"""By name: what is played, the part that is drawn, how the browser is set up."""


def room_of(name: str) -> str:
    """Return the room that a picture shows."""
    first = name.split("-")[0]
    return first if first in ("cells", "images") else "points"


def shoot(browser: Browser, address: str, name: str) -> bytes:
    """Return the picture of a name."""
    play, part, setup = SHOTS[name]
    context = browser.new_context(
        **{"viewport": {"width": 1440, "height": 1000}, **setup}
    )
    page = context.new_page()
    page.goto(re.sub("&room=.*", f"&room={room_of(name)}", address))
    page.wait_for_selector("#room[data-seq]")
    play(page)
    page.evaluate("scrollTo(0, 0)")
    if part in ("", "main"):
        shot = page.screenshot()
    else:
        shot = page.locator(part).screenshot()
    context.close()
    return shot


def with_few_colors(shot: bytes, *, photographs: bool) -> bytes:
    """Write a picture with few colours, which drawings do not miss.

    Where there are small images of many colours, the rare ones are given up, not the
    grounds' ones.
    """
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    out = io.BytesIO()
    kinds = Image.Quantize
    method = kinds.MEDIANCUT if photographs else kinds.MAXCOVERAGE
    few = image.quantize(COLORS, method=method, dither=Image.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def main(names: list[str]) -> None:
    """Draw the pictures of these names, or all of them."""
    chromium = os.environ.get("HUBEL_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as started, served() as address:
        browser = started.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        for name in names or list(SHOTS):
            shot = shoot(browser, address, name)
            data = with_few_colors(shot, photographs=room_of(name) != "points")
            if len(data) > LARGEST:
                raise SystemExit(f"{name} has {len(data):,} bytes")
            (IMAGES / f"play-{name}.png").write_bytes(data)
            print(f"play-{name}.png: {len(data):,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
