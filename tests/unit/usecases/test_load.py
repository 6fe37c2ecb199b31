"""A load that is interrupted leaves what was sent, whenever that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.exchange import Outgoing
from phoenix_dev.model.load import Attempt, Entry, Fired, LoadPlan
from phoenix_dev.usecases import load

if TYPE_CHECKING:
    from phoenix_dev.stores import Stores

FIRED = Fired("GET", "http://a/", LoadPlan(1, 1, "constant", 0), 1, (Attempt(0, 0, 0.1, 200, "a" * 32, "b" * 16),), 0)


def interrupted() -> None:
    raise KeyboardInterrupt


def test_ctrl_c_while_it_waits_for_what_is_counted(stores: Stores) -> None:
    aim = load.Aim("GET", "http://a/", lambda _: Outgoing("GET", "http://a/"), settle=interrupted)
    report = load.report_of(stores, aim, Entry("a", "GET /"), FIRED, wait_s=1)
    assert (report.fired.interrupted, report.fired.answered, report.comparisons) == (True, 1, ())


def test_each_request_has_ids_of_its_own_and_what_was_typed() -> None:
    typed = Outgoing("POST", "http://a/", (("traceparent", "00-x"), ("x-word", "w")), b"{}", frozenset({"traceparent"}))
    made = [load.aim_at(typed).make(index) for index in range(2)]
    assert len({one.trace_id for one in made}) == 2
    assert [(one.body, one.header("x-word")) for one in made] == [(b"{}", "w")] * 2
