"""The profile `development` keeps all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.live.sampling.generated import requests
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.live.compose.by_hand import ByHand


def test_every_request_is_kept(stack: ByHand) -> None:
    sent = requests(7, failed=1000, critical=1000, other=3000)
    sent.send(stack)
    wait_until(lambda: stack.trace_ids(sent.entry, 10_000) == sent.always | sent.other, 60)
