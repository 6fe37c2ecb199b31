"""Telemetry of a host that does not exist, so that no machine has to be exhausted."""

from __future__ import annotations

import time
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

from phoenix_dev.asking.deliver import PROTOBUF, deliver

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    from phoenix_dev.drilling.fault import HostMetric

HOST, MOUNTPOINT = "drill", "/drill"
#: What each is when nothing is wrong (0 to 1).
WELL: Mapping[HostMetric, float] = {"cpu": 0.2, "memory": 0.4, "disk": 0.3}
_NAMES: Mapping[HostMetric, tuple[str, Mapping[str, str]]] = {
    "cpu": ("system.cpu.utilization", {"cpu": "cpu0", "state": "user"}),
    "memory": ("system.memory.utilization", {"state": "used"}),
    "disk": (
        "system.filesystem.utilization",
        {"device": HOST, "mountpoint": MOUNTPOINT, "mode": "rw", "type": "ext4"},
    ),
}
_EVERY_S = 1.0


class MadeUpHost:
    """Sends what such a host would, every second until it is closed, to the base URL of OTLP/HTTP."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._values = dict(WELL)
        self._changed, self._over = Event(), False
        self.trouble = ""
        self._thread = Thread(target=self._send, name="made-up-host", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._values = dict(WELL)
        self._over = True
        self._changed.set()
        self._thread.join()

    def set(self, metric: HostMetric, value: float) -> None:
        """From now on this is what it says."""
        self._values[metric] = value
        self._changed.set()

    def _send(self) -> None:
        while True:
            export = measurements(self._values, time.time_ns())
            self.trouble = deliver(self._endpoint, "/v1/metrics", export.SerializeToString(), PROTOBUF)
            if self._over:
                return
            self._changed.wait(_EVERY_S)
            self._changed.clear()


def measurements(values: Mapping[HostMetric, float], now_ns: int) -> ExportMetricsServiceRequest:
    """What the host says at a moment."""
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

    export = ExportMetricsServiceRequest()
    group = export.resource_metrics.add()
    group.resource.attributes.add(key="host.name", value=AnyValue(string_value=HOST))
    scoped = group.scope_metrics.add()
    for metric, value in values.items():
        name, attributes = _NAMES[metric]
        point = scoped.metrics.add(name=name, unit="1").gauge.data_points.add(time_unix_nano=now_ns, as_double=value)
        point.attributes.extend(KeyValue(key=k, value=AnyValue(string_value=v)) for k, v in attributes.items())
    return export
