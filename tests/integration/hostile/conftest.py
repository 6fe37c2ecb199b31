"""An engine without anything in it, for what comes to it and is not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.hostile.engines import start
from tests.integration.hostile.guises import as_sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.hostile.engines import Engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    running = start(tmp_path_factory.mktemp("empty"), as_sent)
    yield running
    stopped = running.piped("down")
    assert stopped.code == 0, stopped.stderr
