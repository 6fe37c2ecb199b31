"""What the collector's own metrics say was refused or dropped."""

from __future__ import annotations

import json

import pytest

from phoenix_dev.runtime.catalogue import JAEGER, LOKI
from phoenix_dev.runtime.dropped import Dropped
from phoenix_dev.runtime.remedy import remedy
from tests.unit.runtime.test_readiness import saying


def answered(*series: tuple[dict[str, str], str]) -> bytes:
    result = [{"metric": metric, "value": [1.0, value]} for metric, value in series]
    body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def test_each_counter_is_a_refusal_with_its_reason() -> None:
    answer = answered(
        ({"__name__": "otelcol_receiver_refused_spans", "receiver": "otlp", "transport": "grpc"}, "7"),
        ({"__name__": "otelcol_exporter_send_failed_log_records", "exporter": "otlp_http/loki"}, "12"),
        ({"__name__": "otelcol_exporter_enqueue_failed_metric_points", "exporter": "otlp_http/prometheus"}, "3"),
    )
    with saying(answer) as port:
        spans, logs, points = Dropped(port).refusals(1000)
    assert (spans.protocol, spans.signal, spans.items, spans.first_ns) == ("grpc", "traces", 7, 1000)
    assert (logs.protocol, logs.signal, logs.items) == ("", "logs", 12)
    assert "otlp_http/loki refused them for good" in logs.reason
    assert points.reason == "the queue to otlp_http/prometheus was full"


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 503 Oh\r\nContent-Length: 4\r\n\r\nbusy", answered()])
def test_who_does_not_answer_knows_of_nothing(answer: bytes) -> None:
    with saying(answer) as port:
        assert Dropped(port).refusals(0) == ()


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("mkdir /loki/x: permission denied", "docker run --rm --user 0 --volume shop_logs:/data"),
        ("write /loki/wal: no space left on device", "docker system df"),
        ("failed parsing config", "docker logs shop-loki-1"),
    ],
)
def test_the_last_words_of_a_part_tell_what_to_run(line: str, hint: str) -> None:
    assert remedy(LOKI, "shop", "shop-loki-1", [line], "").startswith(hint)


def test_the_owner_of_a_volume_becomes_the_parts_user() -> None:
    hint = remedy(JAEGER, "shop", "x", ["Permission denied"], "mirror.example")
    assert "mirror.example/prom/prometheus" in hint
    assert "-R 10001:10001 /data" in hint
