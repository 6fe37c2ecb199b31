"""Exports made up from a seed: every kind of metric, odd names, units, attributes of every type, resets, ends."""

from __future__ import annotations

import random
import time
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from tests import otlp

_KEYS = (
    *("a.b", "a_b", "a-b", "a..b", "1x", "_y", "__z", "é", "é.x", "job", "instance", "service.name", "host.name"),
    *("host_name", "le", "quantile", "__name__", "plain", "Upper", "a:b"),
)
_VALUES: tuple[Any, ...] = (
    *("", "v1", "v2", "🙂\x00\n", -5, 10**12, True, False, None, b"\x01\xff", 1.0, 2.5, 1e21, 1e20, 1e-7, 1e-6, -0.0),
    *(123456.789, float("nan"), float("inf"), float("-inf"), 5e-324, 1.7976931348623157e308),
    [1.5, 'x<>&"\\\n\t\u2028é\x7f\x01', None, True, b"z", {"q": [1e22]}],
    {"b": 1, "a": "🙂\b\f"},
    [float("nan")],
)
_UNITS = ("", "1", "s", "ms", "By", "%", "{r}", "{r}/s", "By/s", "m/s", "1/s", "s/{x}", "a.b/c.d", "_x_", " s ", "°C")
_RESOURCE = (
    *("service.namespace", "service.instance.id", "service.version", "host.name", "container.name"),
    *("deployment.environment.name", "x.y", "os"),
)
_ENDINGS = ("", ".total", "_seconds", ".ratio", "_sum", "..z__")
_STEP = 15 * otlp.SECOND


class Sender:
    """Sends `exports` one after the other; each metric goes on where it was. All that it says lies in the last hour."""

    def __init__(self, seed: int, mark: str) -> None:
        self._dice = random.Random(seed)
        self._begin = time.time_ns() - 1800 * otlp.SECOND
        self._mark = mark
        self._metrics = [self._metric(number) for number in range(60)]
        self._resources = [self._resource(number) for number in range(10)]

    def export(self, step: int) -> ExportMetricsServiceRequest:
        """What is sent at a step: of each metric what it is then."""
        made = ExportMetricsServiceRequest()
        for number, resource in enumerate(self._resources):
            group = made.resource_metrics.add()
            group.resource.attributes.extend(otlp.pairs(resource))
            for metric in self._metrics[number :: len(self._resources)]:
                self._fill(
                    group.scope_metrics.add().metrics.add(name=metric["name"], unit=metric["unit"]), metric, step
                )
        return made

    def _resource(self, number: int) -> dict[str, Any]:
        dice = self._dice
        made = {"service.name": f"service{number}"} if number else {}
        for key in _RESOURCE:
            if dice.random() < 0.4:
                made[key] = dice.choice(_VALUES) if dice.random() < 0.3 else f"{key}{number}"
        return made

    def _metric(self, number: int) -> dict[str, Any]:
        dice = self._dice
        kind = ("gauge", "sum", "histogram", "summary")[number % 4]
        points = [
            {
                "attributes": {key: dice.choice(_VALUES) for key in dice.sample(_KEYS, 4)} | {"n": place},
                "offset": dice.randrange(5 * otlp.SECOND),
                "start": dice.choice((0, self._begin - _STEP, self._begin + 5 * otlp.SECOND)),
                "restarts": dice.random() < 0.3,
                "bounds": dice.choice(([0.1, 1.0], [0.1, 0.5, 1e5, float("inf")], [], [1e-9, 3.0], [0.1, 0.1, 1])),
                "sum": dice.random() < 0.8,
            }
            for place in range(dice.randrange(1, 4))
        ]
        name = f"{dice.choice(('', 'é', '9', 'a:b.', '__'))}m{number}.{self._mark}{dice.choice(_ENDINGS)}"
        return {
            "name": name,
            "unit": dice.choice(_UNITS),
            "kind": kind,
            "monotonic": dice.random() < 0.6,
            "points": points,
        }

    def _fill(self, made: Any, metric: dict[str, Any], step: int) -> None:
        data = getattr(made, metric["kind"])
        data.SetInParent()
        if metric["kind"] in ("sum", "histogram"):
            data.aggregation_temporality = 2
        if metric["kind"] == "sum":
            data.is_monotonic = metric["monotonic"]
        for one in metric["points"]:
            point = data.data_points.add(flags=int(self._dice.random() < 0.05))
            point.time_unix_nano = self._begin + step * _STEP + one["offset"]
            restarted = one["restarts"] and step > 1
            start = self._begin + 25 * otlp.SECOND if restarted else one["start"]
            point.start_time_unix_nano = start if start < point.time_unix_nano else 0
            point.attributes.extend(otlp.pairs(one["attributes"]))
            self._measure(point, metric["kind"], one, step)

    def _measure(self, point: Any, kind: str, one: dict[str, Any], step: int) -> None:
        dice = self._dice
        if kind == "gauge":
            point.as_double = dice.choice((dice.random(), float("nan"), float("inf"), -3))
        elif kind == "sum":
            point.as_int = step * 7 + 2**53 + 1
        else:
            point.count = 6 * step
            if one["sum"] or kind == "summary":
                point.sum = 2.5 * step
        if kind == "histogram":
            point.bucket_counts.extend([step * n for n in range(len(one["bounds"]) + 1)])
            point.explicit_bounds.extend(one["bounds"])
            # In the order of their values: of others Prometheus puts some into a bucket too high.
            for value in sorted((0.1, 0.3, dice.random(), 7.0)):
                point.exemplars.add(time_unix_nano=point.time_unix_nano, as_double=value, trace_id=dice.randbytes(16))
        if kind == "summary":
            for quantile in one["bounds"]:
                point.quantile_values.add(quantile=quantile, value=dice.random())
