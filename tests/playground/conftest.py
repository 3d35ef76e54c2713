"""What every test of the playground needs: its packages, and a room of no weight."""

from __future__ import annotations

import pytest

pytest.importorskip("starlette", reason="the extra play is not installed")
pytest.importorskip("uvicorn", reason="the extra play is not installed")


def pytest_collection_modifyitems(items):
    """Let a browser that goes away leave half a conversation behind it."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            for kind in ("UnraisableException", "UnhandledThreadException"):
                text = f"ignore::pytest.Pytest{kind}Warning"
                item.add_marker(pytest.mark.filterwarnings(text))


@pytest.fixture(scope="module")
def served():
    """A server of the room of points."""
    from tests.playground import browser

    with browser.serving() as found:
        yield found


@pytest.fixture(scope="module")
def chromium():
    """A browser; a module has its own, since it keeps an event loop running."""
    from tests.playground import browser

    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed"
    )
    if not browser.CHROMIUM:
        pytest.skip("there is no Chromium; HUBEL_CHROMIUM may name one")
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(
            executable_path=browser.CHROMIUM, args=["--no-sandbox"]
        )
        yield found
        found.close()


@pytest.fixture
def visits(chromium, served):
    """Open pages; at the end none has complained or asked elsewhere."""
    from tests.playground import browser

    contexts, made = [], []

    def visit(**settings):
        settings = {"viewport": {"width": 1280, "height": 900}, **settings}
        context = chromium.new_context(**settings)
        context.set_default_timeout(20_000)
        contexts.append(context)
        made.append(browser.Visit(context.new_page(), served))
        return made[-1]

    yield visit
    for each in made:
        each.check()
    for context in contexts:
        context.close()


@pytest.fixture
def visit(visits):
    found = visits()
    found.open()
    return found
