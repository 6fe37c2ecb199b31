"""Infrastructure: the machines, the network and the containers on them."""

from __future__ import annotations

from phoenix_dev.signals.names import CPU, FILESYSTEM, INFRASTRUCTURE_DASHBOARD, MEMORY
from tools.dashboards import links, queries, thresholds, variables
from tools.dashboards.board import Board, Section
from tools.dashboards.panels import Column, Numbers, Tile, Words, course, number, rows
from tools.dashboards.sources import PROMETHEUS
from tools.dashboards.targets import promql, promql_table

_ON = 'host_name=~"$host"'
_IN = f'{_ON}, container_name=~"$container"'
_NOT_MEASURED = "The infrastructure collector does not run"
_NO_CONTAINERS = "No containers are measured"
_ONLY_WITH_DOCKER = "containers are only measured where the infrastructure collector may ask the Docker engine"
#: What there is to see of a machine's bad moment: what the services on it said and did.
_LEADS = (links.to_error_logs(), links.to_logs(queries.logs('service_name=~".+"'), "Logs of all services"))
_ANSWERING = links.variable("__field.labels.service_name")
_TO_ANSWERING = (links.to_traces(_ANSWERING), links.to_logs(queries.logs(f'service_name="{_ANSWERING}"')))
_LIMITS_CPU = thresholds.limits_of("cpu")
_LIMITS_MEMORY = thresholds.limits_of("memory")
#: The alert is about what is free, the panel shows what is used.
_LIMITS_DISK = thresholds.turned(thresholds.limits_of("disk"))


def infrastructure() -> Board:
    """Hosts, network, containers."""
    return Board(
        uid=INFRASTRUCTURE_DASHBOARD,
        title="Infrastructure",
        description="The machine: processor, memory, disks and network; and the containers on it with their restarts.",
        variables=(
            variables.one_or_all(
                "host", "Host", f"label_values({MEMORY}, host_name)", "One machine, or all that send measurements."
            ),
            variables.one_or_all(
                "container",
                "Container",
                f"label_values(container_uptime_seconds{queries.labels(_ON)}, container_name)",
                "One container of that machine, or all: applies to containers only.",
            ),
        ),
        sections=(
            Section("Now", (_now(),)),
            Section("Host", ((_cpu(), _memory()), (_disk(), _disk_io()))),
            Section("Network", ((_bandwidth(), _network_errors()), (_answer_time(), _host_connections()))),
            Section(
                "Containers",
                ((_container_cpu(), _container_memory()), (_container_network(), _restarts()), (_containers(),)),
            ),
        ),
    )


def _busy() -> str:
    idle = 'state!~"idle|wait"'
    return f"avg by (host_name) (sum by (host_name, cpu) ({CPU}{queries.labels(_ON, idle)}))"


def _used_memory() -> str:
    used = 'state="used"'
    return f"max by (host_name) ({MEMORY}{queries.labels(_ON, used)})"


def _used_disk(by: str) -> str:
    written = 'mode!="ro"'
    return f"max by ({by}) ({FILESYSTEM}{queries.labels(_ON, written)})"


def _flow(counter: str, by: str, *matchers: str) -> str:
    return f"sum by ({by}) (rate({counter}{queries.labels(*matchers)}[{queries.MOVING}]))"


def _now() -> tuple[Tile, ...]:
    load = f"max by (host_name) (system_cpu_load_average_1m{queries.labels(_ON)})"
    processors = f"max by (host_name) (system_cpu_logical_count{queries.labels(_ON)})"
    received, sent = (
        _flow("system_network_io_bytes_total", "host_name", _ON, f'direction="{direction}"')
        for direction in ("receive", "transmit")
    )
    return (
        _figure("CPU", "How busy all processors are.", _busy(), "percentunit", _LIMITS_CPU),
        _figure(
            "Memory",
            "What programs hold; files that are kept do not count.",
            _used_memory(),
            "percentunit",
            _LIMITS_MEMORY,
        ),
        _figure("Fullest disk", "What is used of it.", _used_disk("host_name"), "percentunit", _LIMITS_DISK),
        _figure(
            "Load",
            "Programs that run or wait, for each processor; above 1 they wait.",
            f"{load} / {processors}",
            "none",
        ),
        _figure("Received", "From the network, over all interfaces.", received, "Bps"),
        _figure("Sent", "To the network, over all interfaces.", sent, "Bps"),
    )


def _figure(title: str, meaning: str, expr: str, unit: str, limits: tuple[float | None, float] | None = None) -> Tile:
    words = Words(title, f"{meaning} One number for each machine.", _NOT_MEASURED)
    return Tile(number(words, PROMETHEUS, promql(expr, "{{host_name}}"), Numbers(unit, _LEADS, limits)), 4, 5)


def _cpu() -> Tile:
    words = Words("CPU", "How busy all processors are together; dashed: where alerts begin.", _NOT_MEASURED)
    shown = Numbers("percentunit", _LEADS, _LIMITS_CPU, ceiling=1)
    return Tile(course(words, PROMETHEUS, [promql(_busy(), "{{host_name}}")], shown), 12, 8)


def _memory() -> Tile:
    words = Words("Memory", "The part of it that programs hold; dashed: where alerts begin.", _NOT_MEASURED)
    shown = Numbers("percentunit", _LEADS, _LIMITS_MEMORY, ceiling=1)
    return Tile(course(words, PROMETHEUS, [promql(_used_memory(), "{{host_name}}")], shown), 12, 8)


def _disk() -> Tile:
    words = Words("Disks", "What is used of each disk that is written to; dashed: where alerts begin.", _NOT_MEASURED)
    shown = Numbers("percentunit", _LEADS, _LIMITS_DISK, ceiling=1)
    target = promql(_used_disk("host_name, mountpoint"), "{{mountpoint}} ({{host_name}})")
    return Tile(course(words, PROMETHEUS, [target], shown), 12, 8)


def _disk_io() -> Tile:
    words = Words("Disk traffic", "What is read from and written to each disk, a second.", _NOT_MEASURED)
    by = "host_name, device, direction"
    target = promql(_flow("system_disk_io_bytes_total", by, _ON), "{{device}} {{direction}} ({{host_name}})")
    return Tile(course(words, PROMETHEUS, [target], Numbers("Bps", _LEADS)), 12, 8)


def _bandwidth() -> Tile:
    words = Words("Bandwidth", "What comes in and goes out over each interface, a second.", _NOT_MEASURED)
    by = "host_name, device, direction"
    target = promql(_flow("system_network_io_bytes_total", by, _ON), "{{device}} {{direction}} ({{host_name}})")
    return Tile(course(words, PROMETHEUS, [target], Numbers("Bps", _LEADS)), 12, 8)


def _network_errors() -> Tile:
    words = Words("Network errors", "Packets that came damaged or were dropped, a second, by interface.", _NOT_MEASURED)
    by = "host_name, device, direction"
    targets = [
        promql(_flow(f"system_network_{kind}_total", by, _ON), f"{{{{device}}}} {{{{direction}}}} {kind}", ref=ref)
        for kind, ref in (("errors", "A"), ("dropped", "B"))
    ]
    return Tile(course(words, PROMETHEUS, targets, Numbers("pps", _LEADS)), 12, 8)


def _answer_time() -> Tile:
    words = Words(
        "Answer time of services",
        "How long each service takes to answer the stack when it asks for metrics, over the network.",
        "No service is asked for its metrics",
    )
    target = promql('max by (service_name) (scrape_duration_seconds{service_name!=""})', "{{service_name}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("s", _TO_ANSWERING)), 12, 8)


def _host_connections() -> Tile:
    words = Words("TCP connections", "Connections of the machine, by their state.", _NOT_MEASURED)
    protocol = 'protocol="tcp"'
    expr = f"sum by (host_name, state) (system_network_connections{queries.labels(_ON, protocol)}) > 0"
    target = promql(expr, "{{state}} ({{host_name}})")
    return Tile(course(words, PROMETHEUS, [target], Numbers("short", _LEADS)), 12, 8)


def _container_cpu() -> Tile:
    words = Words("CPU by container", "What each container uses; 100 % is one processor.", _NO_CONTAINERS)
    target = promql(_of_containers("container_cpu_utilization_ratio"), "{{container_name}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("percent", _LEADS)), 12, 9, may_be_empty=_ONLY_WITH_DOCKER)


def _container_memory() -> Tile:
    words = Words("Memory by container", "What each container holds.", _NO_CONTAINERS)
    target = promql(_of_containers("container_memory_usage_total_bytes"), "{{container_name}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("bytes", _LEADS)), 12, 9, may_be_empty=_ONLY_WITH_DOCKER)


def _container_network() -> Tile:
    words = Words("Network by container", "What each container receives and sends, a second.", _NO_CONTAINERS)
    targets = [
        promql(
            _flow(f"container_network_io_usage_{way}_bytes_total", "container_name", _IN),
            f"{{{{container_name}}}} {said}",
            ref=ref,
        )
        for way, said, ref in (("rx", "receives", "A"), ("tx", "sends", "B"))
    ]
    return Tile(course(words, PROMETHEUS, targets, Numbers("Bps", _LEADS)), 12, 9, may_be_empty=_ONLY_WITH_DOCKER)


def _restarts() -> Tile:
    words = Words("Restarts", "How often Docker has started each container again since it was made.", _NO_CONTAINERS)
    target = promql(_of_containers("container_restarts_total"), "{{container_name}}")
    return Tile(course(words, PROMETHEUS, [target], Numbers("short", _LEADS)), 12, 9, may_be_empty=_ONLY_WITH_DOCKER)


def _containers() -> Tile:
    words = Words("Containers", "Each container as it was when last measured.", _NO_CONTAINERS)
    measured = (
        ("Up for", "container_uptime_seconds", "s"),
        ("CPU", "container_cpu_utilization_ratio", "percent"),
        ("Memory", "container_memory_usage_total_bytes", "bytes"),
        ("Of limit", "container_memory_percent_ratio", "percent"),
        ("Restarts", "container_restarts_total", "short"),
    )
    targets = [promql_table(_of_containers(name), ref=chr(ord("A") + at)) for at, (_, name, _) in enumerate(measured)]
    columns = (
        Column("container_name", "Container", links=_LEADS),
        *(
            Column(f"Value #{chr(ord('A') + at)}", heading, unit, width=130)
            for at, (heading, _, unit) in enumerate(measured)
        ),
    )
    panel = rows(words, PROMETHEUS, targets, columns, sort="Value #C", limit=50)
    return Tile(panel, 24, 10, may_be_empty=_ONLY_WITH_DOCKER)


def _of_containers(gauge: str) -> str:
    return f"max by (container_name) ({gauge}{queries.labels(_IN)})"
