"""A page of metrics becomes OTLP, whole, or is said to be unreadable; nothing on a page takes long or does harm."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Summary, exposition
from prometheus_client.openmetrics import exposition as openmetrics_exposition

from phoenix_dev.scraping.convert import otlp_metrics
from phoenix_dev.scraping.exposition import MOST_BYTES, Unreadable, families
from phoenix_dev.scraping.scrape import Scraper
from phoenix_dev.scraping.starts import Starts
from phoenix_dev.scraping.targets import Target
from tests.answering import Says, answering

if TYPE_CHECKING:
    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
NOW = 1_700_000_000_000_000_000
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def converted(page: str, content_type: str = TEXT, starts: Starts | None = None) -> dict[str, Metric]:
    found = families(content_type, page.encode())
    return {metric.name: metric for metric in otlp_metrics(found, NOW, starts or Starts())}


def labels(point: Any) -> dict[str, str]:
    return {pair.key: pair.value.string_value for pair in point.attributes}


def test_each_type_of_the_text_format_becomes_its_own() -> None:
    found = converted(
        '# HELP hits What came.\n# TYPE hits_total counter\nhits_total{a="1",b=""} 3\n'
        "# TYPE heat gauge\nheat -1.5 1700000001000\nplain 7\n"
        "# TYPE took histogram\n"
        'took_bucket{le="0.1"} 2\ntook_bucket{le="1"} 5\ntook_bucket{le="+Inf"} 6\ntook_sum 4.5\ntook_count 6\n'
        "# TYPE size summary\n"
        'size{quantile="0.5"} 10\nsize{quantile="0.99"} 90\nsize_sum 1000\nsize_count 40\n'
    )
    assert set(found) == {"hits_total", "heat", "plain", "took", "size"}
    (hits,) = found["hits_total"].sum.data_points
    assert found["hits_total"].sum.is_monotonic
    assert (hits.as_double, labels(hits), hits.time_unix_nano) == (3, {"a": "1"}, NOW)
    (heat,) = found["heat"].gauge.data_points
    assert (heat.as_double, heat.time_unix_nano) == (-1.5, 1_700_000_001_000_000_000)
    assert found["plain"].WhichOneof("data") == "gauge"
    (took,) = found["took"].histogram.data_points
    assert (list(took.explicit_bounds), list(took.bucket_counts)) == ([0.1, 1.0], [2, 3, 1])
    assert (took.count, took.sum) == (6, 4.5)
    (size,) = found["size"].summary.data_points
    assert [(one.quantile, one.value) for one in size.quantile_values] == [(0.5, 10), (0.99, 90)]
    assert (size.count, size.sum) == (40, 1000)


def test_openmetrics_brings_units_starts_and_exemplars() -> None:
    found = converted(
        "# TYPE took_seconds histogram\n# UNIT took_seconds seconds\n# HELP took_seconds How long.\n"
        f'took_seconds_bucket{{le="0.1"}} 1 # {{trace_id="{TRACE}",span_id="{SPAN}",who="me"}} 0.05 1700000000.5\n'
        'took_seconds_bucket{le="+Inf"} 1\ntook_seconds_count 1\ntook_seconds_sum 0.05\n'
        "took_seconds_created 1690000000\n"
        '# TYPE hits counter\nhits_total 3 # {x="y"} 1\nhits_created 1690000001\n'
        '# TYPE build info\nbuild_info{version="1"} 1\n'
        '# TYPE mode stateset\nmode{mode="on"} 1\nmode{mode="off"} 0\n# EOF\n',
        OPENMETRICS,
    )
    took = found["took_seconds"]
    (point,) = took.histogram.data_points
    assert (took.unit, took.description, point.start_time_unix_nano) == ("s", "How long.", 1_690_000_000 * 10**9)
    (exemplar,) = point.exemplars
    assert (exemplar.trace_id.hex(), exemplar.span_id.hex(), exemplar.as_double) == (TRACE, SPAN, 0.05)
    assert exemplar.time_unix_nano == 1_700_000_000_500_000_000
    assert {pair.key: pair.value.string_value for pair in exemplar.filtered_attributes} == {"who": "me"}
    (hits,) = found["hits_total"].sum.data_points
    assert (hits.start_time_unix_nano, hits.exemplars[0].trace_id) == (1_690_000_001 * 10**9, b"")
    assert labels(found["build_info"].gauge.data_points[0]) == {"version": "1"}
    assert len(found["mode"].gauge.data_points) == 2


def test_a_counter_counts_since_it_was_first_seen_and_anew_after_it_fell() -> None:
    starts = Starts()

    def start(value: int, at_ns: int) -> int:
        page = families(TEXT, f"# TYPE a_total counter\na_total {value}\n".encode())
        (metric,) = otlp_metrics(page, at_ns, starts)
        starts.scraped()
        return metric.sum.data_points[0].start_time_unix_nano

    assert [start(5, 10), start(7, 20), start(1, 30), start(2, 40)] == [10, 10, 30, 30]


def test_a_histogram_that_cannot_be_is_left_out_and_the_rest_is_kept() -> None:
    found = converted(
        '# TYPE a histogram\na_bucket{le="1"} 5\na_bucket{le="+Inf"} 3\na_count 3\na_sum 1\n'
        '# TYPE b histogram\nb_bucket{le="x"} 5\n# TYPE c summary\nc{quantile="0.5"} 1\nc_count -1\nc_sum 1\nd 1\n'
    )
    assert list(found) == ["d"]


@pytest.mark.parametrize(
    ("page", "content_type", "why"),
    [
        (b"<html>", TEXT, "is not in Prometheus' text format: "),
        (b"a 1\n", OPENMETRICS, "is not in OpenMetrics: "),
        (b"a \xff\n", TEXT, "is not UTF-8 text"),
        (b"a" * (17 * 1024), TEXT, "has a line of more than 16 KiB"),
        (b"a 1\n" * (MOST_BYTES // 4) + b"\n", TEXT, "is larger than 4 MiB"),
    ],
    ids=["html", "no end", "bytes", "line", "page"],
)
def test_a_page_in_no_format_is_said_to_be_so(page: bytes, content_type: str, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        families(content_type, page)
    assert str(caught.value).startswith(why)


_WORDS = '# TYPE |# HELP |# EOF|a|_total|_bucket|_created|_info| counter| histogram| summary|{|}|le="|=|"|,|\\|# {'
PIECES = st.sampled_from([*_WORDS.split("|"), "\n", "\r", " ", "\t", "1", "-1", "1e999", "NaN", "+Inf", "\0", "é"])


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200), st.sampled_from([TEXT, OPENMETRICS, ""]))
def test_any_text_is_read_or_refused(page: str, content_type: str) -> None:
    try:
        found = families(content_type, page.encode("utf-8", "surrogatepass"))
    except Unreadable:
        return
    for metric in otlp_metrics(found, NOW, Starts()):
        metric.SerializeToString()


VALUES = st.floats(min_value=0, max_value=1e9)
LABELS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1, max_size=20)


@settings(max_examples=60)
@given(st.dictionaries(LABELS, st.lists(VALUES, min_size=1, max_size=5), min_size=1, max_size=4), st.booleans())
def test_what_a_client_library_writes_is_read_to_the_last_sample(
    given_values: dict[str, list[float]], new: bool
) -> None:
    registry = CollectorRegistry()
    counter = Counter("hits", "d", ["who"], registry=registry)
    gauge = Gauge("heat", "d", ["who"], registry=registry)
    took = Histogram("took", "d", ["who"], registry=registry, buckets=(1, 1000))
    size = Summary("size", "d", ["who"], registry=registry)
    Info("build", "d", registry=registry).info({"version": "1"})
    for who, values in given_values.items():
        for value in values:
            counter.labels(who).inc(value)
            gauge.labels(who).set(value)
            took.labels(who).observe(value)
            size.labels(who).observe(value)
    write: Any = openmetrics_exposition.generate_latest if new else exposition.generate_latest
    found = converted(write(registry).decode(), OPENMETRICS if new else TEXT)
    hits = {labels(point)["who"]: point.as_double for point in found["hits_total"].sum.data_points}
    assert hits == {who: pytest.approx(sum(values)) for who, values in given_values.items()}
    heats = {labels(point)["who"]: point.as_double for point in found["heat"].gauge.data_points}
    assert heats == {who: values[-1] for who, values in given_values.items()}
    for name, points in (("took", found["took"].histogram.data_points), ("size", found["size"].summary.data_points)):
        counted = {labels(point)["who"]: (point.count, point.sum) for point in points}
        for who, values in given_values.items():
            assert counted[who][0] == len(values), name
            assert counted[who][1] == pytest.approx(sum(values)), name
    for point in found["took"].histogram.data_points:
        values = given_values[labels(point)["who"]]
        assert list(point.bucket_counts) == [
            sum(value <= 1 for value in values),
            sum(1 < value <= 1000 for value in values),
            sum(value > 1000 for value in values),
        ]


HOSTILE = {
    "labels": "a{" + ",".join(f'l{n}="v"' for n in range(1500)) + "} 1\n",
    "backslashes": 'a{x="' + "\\\\" * 8000 + '"} 1\n',
    "braces": "a" + "{" * 16000 + "\n",
    "quotes": "a{x=" + '"' * 16000 + "\n",
    "help": "# HELP a " + "\\n" * 8000 + "\n",
}


@pytest.mark.parametrize("content_type", [TEXT, OPENMETRICS])
@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_a_page_made_to_take_long_does_not(line: str, content_type: str) -> None:
    page = (line * (256 * 1024 // len(line))).encode()
    began = time.process_time()
    with suppress(Unreadable):
        families(content_type, page)
    assert time.process_time() - began < 5, "a sixteenth of the largest page"


def test_a_service_that_is_away_is_down_and_one_that_answers_is_up() -> None:
    page = b'# TYPE target info\ntarget_info{service_name="other",zone="b"} 1\n# TYPE a gauge\na 1\n'
    with answering({"/base/health/metrics": Says(body=page.replace(b"# TYPE target info\n", b""))}) as service:
        scraper = Scraper(Target("api", f"{service.url}/base"))
        up, resource = looked(scraper)
        assert (up["up"], up["a"], up["scrape_samples_scraped"], scraper.trouble) == (1, 1, 2, "")
        assert resource == {"zone": "b", "service.name": "api", "service.instance.id": service.url.partition("//")[2]}
        assert "openmetrics" in service.asked[0].headers["accept"]
        service.says = {}
        assert looked(scraper)[0] == {"up": 0, "scrape_samples_scraped": 0}
        assert scraper.trouble == "answered 404"
    assert looked(scraper)[0]["up"] == 0
    assert scraper.trouble == "nothing listens there"


def test_what_was_scraped_is_told_from_what_its_service_sends_as_well() -> None:
    with answering({"/health/metrics": Says(body=b"# TYPE a_total counter\na_total 1\nb 2\n")}) as service:
        export = ExportMetricsServiceRequest.FromString(Scraper(Target("api", service.url)).scrape())
    found = {one.name: one for one in export.resource_metrics[0].scope_metrics[0].metrics}
    assert labels(found["a_total"].sum.data_points[0]) == {"phoenix_scraped": "true"}
    assert labels(found["b"].gauge.data_points[0]) == {"phoenix_scraped": "true"}
    assert labels(found["up"].gauge.data_points[0]) == {}


def looked(scraper: Scraper) -> tuple[dict[str, float], dict[str, str]]:
    export = ExportMetricsServiceRequest.FromString(scraper.scrape())
    (group,) = export.resource_metrics
    metrics = group.scope_metrics[0].metrics
    values = {one.name: one.gauge.data_points[0].as_double for one in metrics if one.name != "scrape_duration_seconds"}
    return values, {pair.key: pair.value.string_value for pair in group.resource.attributes}
