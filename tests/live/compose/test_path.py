"""From an application to what can be read: soon, whole, and still there after `down` and `up`."""

from __future__ import annotations

import json
import statistics
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests import otlp
from tests.waiting import least, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.live.compose.by_hand import ByHand


def messages(stack: ByHand, query: str) -> list[str]:
    return sorted(value[1] for stream in stack.logs(query) for value in stream["values"])


def spans(resource_spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [span for group in resource_spans for scope in group["scopeSpans"] for span in scope["spans"]]


def test_a_span_is_readable_after_two_fifths_of_a_second(stack: ByHand) -> None:
    def send(trace_id: str) -> None:
        stack.send("traces", otlp.traces("timed", otlp.span(trace_id, start=time.time_ns())))

    assert least(lambda: median_wait(send, stack.trace), 0.4) <= 0.4


def test_a_log_is_readable_after_two_fifths_of_a_second(stack: ByHand) -> None:
    def send(trace_id: str) -> None:
        stack.send("logs", otlp.logs("timed", otlp.log("tick", trace_id=trace_id, time=time.time_ns())))

    def read(trace_id: str) -> object:
        return stack.logs(f'{{service_name="timed"}} | trace_id="{trace_id}"')

    assert least(lambda: median_wait(send, read), 0.4) <= 0.4


def median_wait(send: Callable[[str], None], read: Callable[[str], object], times: int = 11) -> float:
    """Seconds from before sending to readable."""
    waits = []
    for trace_id in (otlp.new_trace_id() for _ in range(times)):
        start = time.monotonic()
        send(trace_id)
        wait_until(partial(read, trace_id))
        waits.append(time.monotonic() - start)
    return statistics.median(waits)


def test_all_of_it_survives_images_of_another_tag_and_down_and_up(stack: ByHand, other_tags: Path) -> None:
    failed, service = otlp.new_trace_id(), f"lasting-{otlp.new_span_id()}"
    stack.send("traces", otlp.traces(service, otlp.span(failed, start=time.time_ns(), error="no")))
    stack.send("logs", otlp.logs(service, otlp.log("lasting", trace_id=failed, time=time.time_ns())))
    stack.send("metrics", otlp.metrics(service, otlp.gauge("tests.lasting", 1, time=time.time_ns())))
    metric = f'last_over_time(tests_lasting_ratio{{service_name="{service}"}}[10m])'
    line = f'{{service_name="{service}"}} | trace_id="{failed}"'

    def expect_all_of_it(when: str) -> None:
        wait_until(lambda: len(spans(stack.trace(failed))) == 1, what=f"the trace {when}")
        wait_until(lambda: len(spans(stack.error_trace(failed))) == 1, what=f"its copy {when}")
        wait_until(lambda: messages(stack, line) == ["lasting"], what=f"its log {when}")
        wait_until(lambda: stack.prometheus("query", query=metric)["result"], what=f"the metric {when}")

    expect_all_of_it("at first")
    before = stack.containers()
    stack.up("-f", str(other_tags))
    for part, fact in stack.containers().items():
        assert fact["Id"] != before[part]["Id"], part
        assert fact["Config"]["Image"].endswith(f":{stack.project}")
        assert fact["Image"] == before[part]["Image"]
    expect_all_of_it("under another tag")
    stack.compose("stop", "--timeout", "60")
    ended = {part: fact["State"]["ExitCode"] for part, fact in stack.containers().items()}
    assert 137 not in ended.values(), f"each ends when it is told to: {ended}"
    stack.compose("down")
    stack.up()
    expect_all_of_it("after down and up")


@pytest.fixture
def other_tags(stack: ByHand, tmp_path: Path) -> Iterator[Path]:
    """What makes compose take each image under a tag that is the name of the project."""
    images = {part: fact["Config"]["Image"] for part, fact in stack.containers().items()}
    tags = {image: f"{image.rpartition(':')[0]}:{stack.project}" for image in images.values()}
    for image, tag in tags.items():
        stack.docker("tag", image, tag)
    file = tmp_path / "tags.json"
    file.write_text(json.dumps({"services": {part: {"image": tags[image]} for part, image in images.items()}}))
    yield file
    stack.docker("rmi", *tags.values())
