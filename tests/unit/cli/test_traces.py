"""`traces`: what is asked however strangely, and what is said beside the list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Invoke


@pytest.mark.parametrize(
    "asked",
    [
        ("--since", "2300-01-01"),
        ("--since", "9999-12-31"),
        ("--since", "1900-01-01", "--min-duration", "99999d"),
        ("--since", "1900-01-01", "--service", "\udcff"),
        ("--since", "1900-01-01", "--operation", "\udcff"),
        ("--since", "1900-01-01", "--attr", "\udcff=1"),
        ("--since", "1900-01-01", "--attr", "a=\udcff"),
    ],
)
def test_what_nothing_can_match_lists_nothing(
    invoke: Invoke, keep: Callable[..., None], asked: tuple[str, ...]
) -> None:
    keep(otlp.traces("a", otlp.span(otlp.new_trace_id(), attributes={"a": 1})))
    ran = invoke("traces", *asked)
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "no trace matches" in ran.stderr


def test_an_attribute_that_is_not_utf_8_is_found_as_it_was_received(invoke: Invoke, keep: Callable[..., None]) -> None:
    trace_id = otlp.new_trace_id()
    keep(otlp.traces("a", otlp.span(trace_id, attributes={"k\ufffd": "v\ufffd"})))
    assert trace_id[:8] in invoke("traces", "--since", "1900-01-01", "--attr", "k\udcff=v\udcff").stdout


@pytest.mark.parametrize("value", ["text", ["a", "b"], [1, True, 2.5], {"a": {"b": [1, 2]}}, b"\x01\xff", True, 7, 1.0])
def test_an_attribute_is_asked_for_as_it_is_shown(invoke: Invoke, keep: Callable[..., None], value: object) -> None:
    trace_id = otlp.new_trace_id()
    keep(
        otlp.traces("a", otlp.span(trace_id, attributes={"sought": value})),
        otlp.logs("a", otlp.log("x", trace_id=trace_id, sought=value)),
    )
    (shown,) = re.findall(r"sought=(.+)", invoke("logs", "--trace", trace_id).stdout)
    assert trace_id[:8] in invoke("traces", "--since", "1900-01-01", "--attr", f"sought={shown}").stdout


@pytest.mark.parametrize("listing", ["traces", "logs"])
@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ((), "; --since 7d looks further back"),
        (("--since", "3d"), "; --since 7d looks further back"),
        (("--since", "7d"), "; --since 30d looks further back"),
        (("--since", "30d"), ""),
        (("--since", "1900-01-01"), ""),
    ],
)
def test_a_hint_looks_further_back_than_was_asked(
    invoke: Invoke, keep: Callable[..., None], listing: str, asked: tuple[str, ...], hint: str
) -> None:
    keep()
    assert invoke(listing, *asked).stderr == f"no {listing.removesuffix('s')} matches{hint}\n"


def test_of_all_time_there_is_no_further_back(invoke: Invoke, keep: Callable[..., None]) -> None:
    keep()
    assert invoke("traces", "--correlation", "x").stderr == "no trace matches\n"


@pytest.mark.parametrize(("limit", "told"), [("2", "only the newest 2 are shown; more with --limit 20\n"), ("0", "")])
def test_more_logs_are_shown_by_a_higher_limit(
    invoke: Invoke, keep: Callable[..., None], limit: str, told: str
) -> None:
    keep(otlp.logs("a", *(otlp.log(str(n)) for n in range(3))))
    assert invoke("logs", "--since", "1900-01-01", "--limit", limit).stderr == told
