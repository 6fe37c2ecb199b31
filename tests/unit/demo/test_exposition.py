from __future__ import annotations

from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource

from phoenix_dev.demo.exposition import prometheus_text
from phoenix_dev.demo.instruments import CpuShare


def exposed(define: object) -> list[str]:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], Resource({"service.name": "shop"}), shutdown_on_exit=False)
    assert callable(define)
    define(provider.get_meter("test"))
    lines = prometheus_text(reader.get_metrics_data()).splitlines()
    provider.shutdown()
    return lines


def test_nothing_measured_is_an_empty_page() -> None:
    assert prometheus_text(None) == ""


def test_a_counter_ends_in_total() -> None:
    lines = exposed(lambda m: m.create_counter("phoenix.cache.requests", "{request}", "Look-ups.").add(2, {"a.b": "x"}))
    assert lines[-3:] == [
        "# HELP phoenix_cache_requests_total Look-ups.",
        "# TYPE phoenix_cache_requests_total counter",
        'phoenix_cache_requests_total{a_b="x"} 2',
    ]


def test_a_histogram_of_seconds_has_cumulative_buckets() -> None:
    def define(meter: object) -> None:
        histogram = meter.create_histogram("d", "s", explicit_bucket_boundaries_advisory=[0.5, 1.0])  # type: ignore[attr-defined]
        for value in (0.1, 0.7, 0.8, 9.0):
            histogram.record(value)

    assert exposed(define)[-6:] == [
        "# TYPE d_seconds histogram",
        'd_seconds_bucket{le="0.5"} 1',
        'd_seconds_bucket{le="1.0"} 3',
        'd_seconds_bucket{le="+Inf"} 4',
        "d_seconds_sum 10.6",
        "d_seconds_count 4",
    ]


def test_gauges_carry_their_unit_and_shares_are_ratios() -> None:
    def define(meter: object) -> None:
        def observe(_: CallbackOptions) -> list[Observation]:
            return [Observation(0.25)]

        meter.create_observable_gauge("process.cpu.utilization", [observe], "1")  # type: ignore[attr-defined]
        meter.create_observable_up_down_counter("process.memory.usage", [observe], "By")  # type: ignore[attr-defined]

    lines = exposed(define)
    assert "process_cpu_utilization_ratio 0.25" in lines
    assert "process_memory_usage_bytes 0.25" in lines
    assert "# TYPE process_memory_usage_bytes gauge" in lines


def test_label_values_are_escaped() -> None:
    lines = exposed(lambda m: m.create_counter("c").add(1, {"k": 'a"b\\c\nd'}))
    assert lines[-1] == r'c_total{k="a\"b\\c\nd"} 1'


def test_the_service_names_itself() -> None:
    assert 'target_info{service_name="shop"} 1' in exposed(lambda m: m.create_counter("c").add(1))


def test_the_share_of_the_cpu_does_not_depend_on_who_else_asks() -> None:
    time, used = 0.0, 0.0
    share = CpuShare(lambda: used, lambda: time, cpus=2)
    time, used = 2.0, 1.0
    assert share.read() == 0.25
    time, used = 2.1, 1.1
    assert share.read() == 0.25
    time, used = 4.0, 5.0
    assert share.read() == 1.0
