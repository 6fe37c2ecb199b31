"""A real Chromium, that of the system, one for the tests of a file: while it runs, no other test can use asyncio."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from tests.site import a_failed_request, a_site
from tests.tools import need

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Dialog, Page

    from tests.site import Site

    Look = Callable[..., Page]

#: Nothing of its own over the network, and no process that outlives its page.
_FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-features=SpareRendererForSitePerProcess",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. Skipped where there is none, unless PHOENIX_TEST_REQUIRE names it."""
    path = need("chromium")
    from playwright.sync_api import sync_playwright

    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=flags)
        yield running
        running.close()


@pytest.fixture
def look(browser: Browser) -> Iterator[Look]:
    """Opens a page: `look(url, width=360, color_scheme="dark")`. What fails or is forbidden in it fails the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open_(url: str, *, width: int = 1280, height: int = 860, **settings: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("dialog", dismiss)
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A page in front of a request that failed."""
    with a_site(tmp_path_factory.mktemp("site")) as running:
        running.send(*a_failed_request(time.time_ns()))
        yield running
