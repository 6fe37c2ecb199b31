"""What only Linux tells of itself, as text in /proc."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

_MEMORY = Path("/proc/meminfo")
_SLABS = {"SReclaimable": "slab_reclaimable", "SUnreclaim": "slab_unreclaimable"}
_DISKS = Path("/proc/diskstats")
#: Where in a line of it stand (kernel, Documentation/admin-guide/iostats.rst): the device, how many operations are
#: under way, and for how long operations have been waited for, all together (milliseconds).
_DEVICE, _PENDING, _WAITED = 2, 11, 13
_SOCKETS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
#: By the number that the kernel has for a state (include/net/tcp_states.h), in the collector's words.
_STATES = {
    "01": "ESTABLISHED",
    "02": "SYN_SENT",
    "03": "SYN_RECV",
    "04": "FIN_WAIT_1",
    "05": "FIN_WAIT_2",
    "06": "TIME_WAIT",
    "07": "CLOSE",
    "08": "CLOSE_WAIT",
    "09": "LAST_ACK",
    "0A": "LISTEN",
    "0B": "CLOSING",
}


def slabs() -> dict[str, float]:
    """The memory of the kernel's own caches (bytes), by its state in the collector's words. Raises OSError."""
    lines = (line.partition(":") for line in _MEMORY.read_text(encoding="ascii").splitlines())
    return {_SLABS[name]: float(rest.split()[0]) * 1024 for name, _, rest in lines if name in _SLABS}


def disk_queues() -> dict[str, tuple[float, float]]:
    """By disk, and part of one: operations under way, and the seconds of all that waited. Raises OSError."""
    lines = (line.split() for line in _DISKS.read_text(encoding="ascii").splitlines())
    return {line[_DEVICE]: (float(line[_PENDING]), float(line[_WAITED]) / 1000) for line in lines}


def connections() -> dict[str, int]:
    """How many TCP sockets are in each state. Raises OSError."""
    found: Counter[str] = Counter()
    for path in _SOCKETS:
        if path.exists():
            with path.open(encoding="ascii") as lines:
                next(lines, None)
                found.update(line.split(maxsplit=4)[3] for line in lines)
    return {"DELETE": 0, **{state: found[number] for number, state in _STATES.items()}}
