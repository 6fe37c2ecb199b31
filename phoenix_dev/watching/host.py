"""This machine: processor, memory, disks, network, under the names, attributes and units of the collector's receiver
`hostmetrics` with the settings of compose/infrastructure/config.yaml.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from typing import TYPE_CHECKING

import psutil
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE, MetricsData

from phoenix_dev.watching.procfs import connections, disk_queues, slabs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from opentelemetry.proto.metrics.v1.metrics_pb2 import ScopeMetrics
    from opentelemetry.proto.resource.v1.resource_pb2 import Resource

#: The service that all of it belongs to, as on the real stack.
_SERVICE = "infrastructure"
#: States of a processor in the collector's words, by those of psutil; other systems have some of them.
_STATES = {
    "user": "user",
    "system": "system",
    "idle": "idle",
    "nice": "nice",
    "iowait": "wait",
    "irq": "interrupt",
    "softirq": "softirq",
    "steal": "steal",
}
_MEMORY = {"used": "used", "free": "free", "buffers": "buffered", "cached": "cached"}
#: Wires to containers, which are counted by container.
_NO_INTERFACE = re.compile(r"(lo|veth.*|ifb.*|br-.*|docker.*)")
_NO_MOUNT = re.compile(r"/(var/lib/docker|run|proc|sys|dev)(/.*)?")
_NO_DISK = re.compile(r"(loop|z?ram)\d+")
#: What is no disk, although it is mounted like one.
_NO_FILESYSTEM = {"overlay", "squashfs", "tmpfs", "devtmpfs", "autofs", "fusectl", "nsfs"}

#: Name, unit, whether it is a counter, and the values by their attributes.
_Metric = tuple[str, str, bool, "Sequence[tuple[Mapping[str, str], float]]"]


class Host:
    """This machine, looked at again and again: what a processor does is told from one look to the next."""

    def __init__(self) -> None:
        self._busy: dict[str, dict[str, float]] = {}

    def look(self, now_ns: int) -> MetricsData:
        """All of it, now (Unix nanoseconds)."""
        made = MetricsData()
        group = made.resource_metrics.add()
        _describe(group.resource)
        scope = group.scope_metrics.add()
        for metrics in (self._processors, _memory, _load, _disks, _network, _connections, _filesystems):
            try:
                for metric in metrics():
                    _add(scope, metric, now_ns)
            except (OSError, psutil.Error, AttributeError, RuntimeError):
                continue  # a machine, or a container that this runs in, that does not tell this
        return made

    def _processors(self) -> Iterator[_Metric]:
        looked = {f"cpu{number}": one._asdict() for number, one in enumerate(psutil.cpu_times(percpu=True))}
        times = {
            cpu: {state: one[name] for name, state in _STATES.items() if name in one} for cpu, one in looked.items()
        }
        yield "system.cpu.time", "s", True, list(_by("cpu", "state", times))
        before, self._busy = self._busy, times
        shares = {cpu: _shares(before[cpu], now) for cpu, now in times.items() if cpu in before}
        yield "system.cpu.utilization", "1", False, list(_by("cpu", "state", shares))
        yield "system.cpu.logical.count", "{cpu}", False, [({}, len(times))]


def _shares(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    spent = {state: max(0.0, seconds - before.get(state, 0.0)) for state, seconds in now.items()}
    whole = sum(spent.values())
    return {state: seconds / whole if whole else 0.0 for state, seconds in spent.items()}


def _by(first: str, second: str, values: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[dict[str, str], float]]:
    for one, inner in values.items():
        for other, value in inner.items():
            yield {first: one, second: other}, value


def _memory() -> Iterator[_Metric]:
    found = psutil.virtual_memory()
    states = {state: float(getattr(found, name)) for name, state in _MEMORY.items() if hasattr(found, name)}
    states |= slabs() if psutil.LINUX else {}
    yield "system.memory.usage", "By", False, [({"state": state}, size) for state, size in states.items()]
    shares = [({"state": state}, size / found.total) for state, size in states.items()]
    yield "system.memory.utilization", "1", False, shares
    yield "system.memory.limit", "By", False, [({}, found.total)]


def _load() -> Iterator[_Metric]:
    for minutes, value in zip((1, 5, 15), os.getloadavg(), strict=True):
        yield f"system.cpu.load_average.{minutes}m", "{thread}", False, [({}, value)]


def _disks() -> Iterator[_Metric]:
    found = psutil.disk_io_counters(perdisk=True)
    disks = {name: one for name, one in found.items() if not _NO_DISK.fullmatch(name)}
    for name, unit, read, write, scale in (
        ("system.disk.io", "By", "read_bytes", "write_bytes", 1.0),
        ("system.disk.operations", "{operations}", "read_count", "write_count", 1.0),
        ("system.disk.operation_time", "s", "read_time", "write_time", 1e-3),
        ("system.disk.merged", "{operations}", "read_merged_count", "write_merged_count", 1.0),
    ):
        if all(hasattr(one, read) for one in disks.values()):
            values = {
                d: {"read": getattr(o, read) * scale, "write": getattr(o, write) * scale} for d, o in disks.items()
            }
            yield name, unit, True, list(_by("device", "direction", values))
    if all(hasattr(one, "busy_time") for one in disks.values()):
        yield "system.disk.io_time", "s", True, [({"device": d}, one.busy_time * 1e-3) for d, one in disks.items()]
    queues = {d: queue for d, queue in disk_queues().items() if d in disks} if psutil.LINUX else {}
    yield "system.disk.pending_operations", "{operations}", False, [({"device": d}, n) for d, (n, _) in queues.items()]
    yield "system.disk.weighted_io_time", "s", True, [({"device": d}, waited) for d, (_, waited) in queues.items()]


def _network() -> Iterator[_Metric]:
    found = psutil.net_io_counters(pernic=True)
    wires = {name: one for name, one in found.items() if not _NO_INTERFACE.fullmatch(name)}
    for name, unit, sent, received in (
        ("system.network.io", "By", "bytes_sent", "bytes_recv"),
        ("system.network.packets", "{packets}", "packets_sent", "packets_recv"),
        ("system.network.errors", "{errors}", "errout", "errin"),
        ("system.network.dropped", "{packets}", "dropout", "dropin"),
    ):
        values = {w: {"transmit": getattr(o, sent), "receive": getattr(o, received)} for w, o in wires.items()}
        yield name, unit, True, list(_by("device", "direction", values))


def _connections() -> Iterator[_Metric]:
    if psutil.LINUX:
        counts = [({"protocol": "tcp", "state": state}, float(count)) for state, count in connections().items()]
        yield "system.network.connections", "{connections}", False, counts


def _filesystems() -> Iterator[_Metric]:
    usage, inodes, shares = [], [], []
    seen: set[str] = set()
    for part in psutil.disk_partitions(all=False):
        if part.fstype in _NO_FILESYSTEM or part.device in seen or _NO_MOUNT.fullmatch(part.mountpoint):
            continue
        try:
            found = os.statvfs(part.mountpoint)
        except OSError:
            continue
        seen.add(part.device)
        mode = "ro" if "ro" in part.opts.split(",") else "rw"
        own = {"device": part.device, "mode": mode, "mountpoint": part.mountpoint, "type": part.fstype}
        block = found.f_frsize
        used, free = (found.f_blocks - found.f_bfree) * block, found.f_bavail * block
        reserved = (found.f_bfree - found.f_bavail) * block
        usage += [({**own, "state": s}, float(v)) for s, v in (("used", used), ("free", free), ("reserved", reserved))]
        taken = (("used", found.f_files - found.f_ffree), ("free", found.f_ffree))
        inodes += [({**own, "state": state}, float(value)) for state, value in taken]
        shares.append((own, used / (used + free) if used + free else 0.0))
    yield "system.filesystem.usage", "By", False, usage
    yield "system.filesystem.inodes.usage", "{inodes}", False, inodes
    yield "system.filesystem.utilization", "1", False, shares


def _describe(resource: Resource) -> None:
    for key, value in (("host.name", socket.gethostname()), ("os.type", sys.platform), ("service.name", _SERVICE)):
        resource.attributes.add(key=key).value.string_value = value


def _add(scope: ScopeMetrics, metric: _Metric, now_ns: int) -> None:
    name, unit, counts, values = metric
    made = scope.metrics.add(name=name, unit=unit)
    if counts:
        made.sum.is_monotonic = True
        made.sum.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
    for attributes, value in values:
        point = (made.sum if counts else made.gauge).data_points.add(time_unix_nano=now_ns, as_double=value)
        for key, text in attributes.items():
            point.attributes.add(key=key).value.string_value = text
