"""The machines, each by its name (`host_name`)."""

from __future__ import annotations

from phoenix_dev.signals.indicator import Indicator, Level
from phoenix_dev.signals.names import CPU, FILESYSTEM, INFRASTRUCTURE_DASHBOARD, MEMORY

#: What a processor does while it has nothing to do, or waits for a disk.
_IDLE = 'state!~"idle|wait"'
_BUSY = f"sum by (host_name, cpu) (last_over_time({CPU}{{{_IDLE}}}[{{window}}]))"

HOSTS = (
    Indicator(
        name="cpu",
        alert="HostCpu",
        title="CPU",
        group="hosts",
        source="metric",
        unit="ratio",
        expression=f"avg by (host_name) ({_BUSY})",
        labels=("host_name",),
        levels=(Level("warning", 0.75, 900), Level("critical", 0.90, 300)),
        summary="{{ $labels.host_name }}: its processors are {{ $value }} busy",
        description="All processors of {{ $labels.host_name }} together were {{ $value }} busy when last measured.",
        runbook="""\
1. `phoenix-dev status`: what the parts of the stack and the services take of the machine.
2. `phoenix-dev services --since 15m`: does one of them get more requests than before?
3. What it is that runs says `top`; a build or a test beside it is the usual answer on a developer's machine.
""",
        dashboard=INFRASTRUCTURE_DASHBOARD,
    ),
    Indicator(
        name="memory",
        alert="HostMemory",
        title="Memory",
        group="hosts",
        source="metric",
        unit="ratio",
        expression=f'max by (host_name) (last_over_time({MEMORY}{{state="used"}}[{{window}}]))',
        labels=("host_name",),
        levels=(Level("warning", 0.80, 900), Level("critical", 0.90, 300)),
        summary="{{ $labels.host_name }}: {{ $value }} of its memory is used",
        description="Programs on {{ $labels.host_name }} hold {{ $value }} of its memory, not counting what is kept of"
        " files.",
        runbook="""\
1. `phoenix-dev status`: the memory of each part of the stack.
2. Does one process grow and grow? Compare its memory over an hour on the dashboard.
3. At the end the kernel ends the largest process: close what is not needed before it chooses.
""",
        dashboard=INFRASTRUCTURE_DASHBOARD,
    ),
    Indicator(
        name="disk",
        alert="HostDisk",
        title="Free disk",
        group="hosts",
        source="metric",
        unit="ratio",
        # What can be written to at all, and once for each place that it is mounted at.
        expression=f'1 - max by (host_name, mountpoint) (last_over_time({FILESYSTEM}{{mode!="ro"}}[{{window}}]))',
        labels=("host_name", "mountpoint"),
        levels=(Level("warning", 0.20, 0), Level("critical", 0.10, 0)),
        summary="{{ $labels.host_name }}: {{ $labels.mountpoint }} has {{ $value }} free",
        description="Of the disk at {{ $labels.mountpoint }} on {{ $labels.host_name }} {{ $value }} is free.",
        runbook="""\
1. `phoenix-dev status`: how much the data of the stack takes; `retention` in phoenix-dev.yaml bounds it.
2. `phoenix-dev doctor`: what of it is above its limit, and what to do.
3. `docker system df`: images and volumes of other projects are what fills a developer's disk most often.
""",
        dashboard=INFRASTRUCTURE_DASHBOARD,
        above=False,
    ),
)
