"""What an engine says of itself is read with what its version may know."""

from __future__ import annotations

import json
from dataclasses import asdict

from phoenix_dev.model.refusal import Refusal
from phoenix_dev.runtime.embedded.client import refusals_in

REFUSED = Refusal("http", "traces", "too large", "shop", 5, 1, 10, 20, "127.0.0.1", ("cart", "shop"))


def test_what_was_refused_comes_back_as_it_was() -> None:
    assert refusals_in(json.loads(json.dumps({"refused": [asdict(REFUSED)]}))) == (REFUSED,)


def test_an_engine_of_another_version_may_know_more_or_less() -> None:
    newer = {**asdict(REFUSED), "colour": "red"}
    older = {name: value for name, value in asdict(REFUSED).items() if name not in ("peer", "services")}
    assert [one.reason for one in refusals_in({"refused": [newer, older]})] == ["too large"] * 2


def test_one_that_tells_it_in_another_way_tells_nothing() -> None:
    assert refusals_in({}) == ()
    assert refusals_in({"refused": {"http": 5}}) == ()
    assert refusals_in({"refused": [{"reason": "too large"}]}) == ()
