from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.site import a_failed_request, a_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A page of an empty store."""
    with a_site(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A page of a store with a request that failed; the tests of a module share it."""
    with a_site(tmp_path_factory.mktemp("filled")) as running:
        running.send(*a_failed_request(time.time_ns()))
        yield running
