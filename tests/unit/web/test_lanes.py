"""Alerts over time, laid out in lanes."""

from __future__ import annotations

import json

from phoenix_dev.model.alert import Delivery
from phoenix_dev.model.alert_history import AlertHistory, AlertLane
from phoenix_dev.web.lanes import LANE, lanes_of
from tests import otlp

NOON, SECOND = otlp.NOON, otlp.SECOND
TIMES = tuple(NOON + place * 10 * SECOND for place in range(11))
WEB = AlertLane(
    "ServiceErrorRate",
    "critical",
    {"service_name": "web", "instance": "web-1"},
    ("inactive",) * 2 + ("pending",) * 3 + ("firing",) * 4 + ("inactive",) + ("firing",),
)


def test_an_alert_has_bars_for_as_long_as_it_was_pending_and_fired() -> None:
    found = lanes_of(AlertHistory(TIMES, (WEB,), 3), ())
    (lane,) = found.lanes
    assert (lane.name, found.height, found.left_out) == ("ServiceErrorRate critical · web", LANE, 3)
    assert [(bar.state, bar.x, bar.width, bar.words) for bar in lane.bars] == [
        ("pending", "15.00", "30.00", "pending 03:04:25 – 03:04:45"),
        ("firing", "45.00", "40.00", "firing 03:04:55 – 03:05:25"),
        ("firing", "95.00", "5.00", "firing 03:05:45 – 03:05:45"),
    ]


def test_what_was_sent_stands_below_a_lane_for_each_channel() -> None:
    def sent(channel: str, after: int, status: str = "firing") -> Delivery:
        return Delivery(NOON + after * SECOND, channel, status, "critical", ("A",), "web fails", "")  # type: ignore[arg-type]

    messages = (sent("slack", -5), sent("pagerduty", 50), sent("pagerduty", 100, "resolved"))
    found = lanes_of(AlertHistory(TIMES, (WEB,), 0), messages)
    assert [lane.name for lane in found.lanes[1:]] == ["sent to pagerduty"]
    signs = found.lanes[1].signs
    assert [(sign.x, sign.place, sign.resolved) for sign in signs] == [("50.00", 1, False), ("100.00", 2, True)]
    assert signs[0].words == "03:04:55 firing web fails"


def test_labels_of_telemetry_are_told_with_nothing_hidden_in_them() -> None:
    lane = AlertLane("A", "info", {"service_name": "\u202e\x00x"}, ("firing",) * 11)
    told = json.loads(json.dumps(lanes_of(AlertHistory(TIMES, (lane,), 0), ()).data))
    assert told["lines"][0]["name"] == "A info · \\u202e\\x00x"
    assert told["lines"][0]["values"] == ["firing"] * 11
