"""Applications that are not ours, over the real stack: what they sent is what each ID leads to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.applications import ALL, sent_by
from tests.clients.returned import IDS, returned, sent
from tests.waiting import wait_until

if TYPE_CHECKING:
    from phoenix_dev.stores import Stores
    from tests.live.compose.by_hand import ByHand

#: Each number of steps, with and without a failure.
COUNT = 12


@pytest.fixture(scope="module")
def told(stack: ByHand, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """What each application says that it sent; all of them at once, as in a system."""

    def run(language: str, protocol: str) -> list[dict[str, Any]]:
        endpoint = stack.url("OTLP_GRPC" if protocol == "grpc" else "OTLP_HTTP")
        return sent_by(language, protocol, endpoint, count=COUNT, folder=tmp_path_factory.mktemp(language))

    with ThreadPoolExecutor(len(ALL)) as pool:
        return dict(zip(ALL, pool.map(run, *zip(*ALL, strict=True)), strict=True))


@pytest.mark.parametrize("client", ALL, ids="-".join)
def test_each_id_returns_exactly_what_was_sent(
    stores: Stores, told: dict[tuple[str, str], list[dict[str, Any]]], client: tuple[str, str]
) -> None:
    assert len(told[client]) == COUNT
    for number, line in enumerate(told[client]):
        wait_until(partial(_has_arrived, stores, line), deadline=30, what=f"{sent(line)} by {client}")
        # By turns, and another turn for each number of steps: look-ups cost more here than on the embedded engine.
        name = IDS[1 + (number + number // 4) % 4]
        assert returned(stores, line[name]) == sent(line), name


def _has_arrived(stores: Stores, line: dict[str, Any]) -> bool:
    return returned(stores, line["trace_id"]) == sent(line)
