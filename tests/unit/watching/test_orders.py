"""What commands leave for the process that watches: done once, and what is none of it harms nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.model.alert import Alert
from phoenix_dev.watching.orders import AlertOrder, MailOrder, order_alerts, order_mail, take_orders

if TYPE_CHECKING:
    from pathlib import Path

ALERT = Alert("A", "info", "firing", {"alertname": "A"}, {}, 1.0, 5)


def test_an_order_is_taken_once(tmp_path: Path) -> None:
    order_alerts(tmp_path, [ALERT], 7)
    assert list(take_orders(tmp_path)) == [AlertOrder((ALERT,), 7)]
    order_mail(tmp_path, "subject", "text")
    assert list(take_orders(tmp_path)) == [MailOrder("subject", "text")]
    assert list(take_orders(tmp_path)) == []


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"[]", b"{}", b"7", json.dumps({"alerts": {"a": 1}, "until_ns": 1}).encode(), b"{" * 9]
)
def test_what_is_no_order_is_dropped(tmp_path: Path, content: bytes) -> None:
    order_mail(tmp_path, "subject", "text")
    (tmp_path / "orders" / "1.json").write_bytes(content)
    assert list(take_orders(tmp_path)) == [MailOrder("subject", "text")]
    assert not list((tmp_path / "orders").iterdir())
