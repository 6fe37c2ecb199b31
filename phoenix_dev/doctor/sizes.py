"""Is more kept on disk than the settings want?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.doctor.examination import Skip
from phoenix_dev.model.amount import size
from phoenix_dev.model.finding import Finding, Severity
from phoenix_dev.runtime.folder import DATABASE
from phoenix_dev.telemetry.set_aside import is_set_aside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from phoenix_dev.settings import Retention

#: Prometheus removes whole blocks and keeps what has just come in a log of its own beside them; an engine that takes
#: more than it can write down at once needs some seconds.
_SLACK = 1.25
#: What the collector may have left on disk after its queues have emptied (bytes); it gives space back when it starts.
_QUEUE = 500_000_000


def volumes(sizes: Mapping[str, int], keep: Retention) -> Iterator[Finding]:
    """`sizes` in bytes by volume; of what is to be kept, the size bounds the metrics."""
    bound = keep.size_bytes
    found: list[Finding] = []
    if sizes.get("metrics", 0) > bound * _SLACK:
        what = f"metrics take {size(sizes['metrics'])}, more than retention.size allows ({keep.size})"
        found.append(Finding("sizes", Severity.WARNING, what, "the volume metrics", "phoenix-dev up"))
    if sizes.get("queue", 0) > _QUEUE:
        what = f"the collector's queues take {size(sizes['queue'])}; it gives that back when it starts anew"
        fix = "phoenix-dev down && phoenix-dev up"
        found.append(Finding("sizes", Severity.WARNING, what, "the volume queue", fix))
    for name in ("traces", "logs"):
        if sizes.get(name, 0) > bound * _SLACK:
            what = f"{name} take {size(sizes[name])}; they are kept by their age alone (retention.{name})"
            fix = f"PHOENIX_DEV_RETENTION_{name.upper()}=2d phoenix-dev up"
            found.append(Finding("sizes", Severity.WARNING, what, f"the volume {name}", fix))
    yield from found or [Finding("sizes", Severity.OK, f"{size(sum(sizes.values()))} in {len(sizes)} volumes")]


def store_file(size_bytes: int, path: str, keep: Retention) -> Iterator[Finding]:
    """The embedded store, which a running engine keeps within the setting."""
    if size_bytes > keep.size_bytes * _SLACK:
        what = f"the store takes {size(size_bytes)}, more than retention.size ({keep.size}): an engine mends that"
        yield Finding("sizes", Severity.WARNING, what, path, "phoenix-dev up")
    else:
        yield Finding("sizes", Severity.OK, f"the store takes {size(size_bytes)} of {keep.size}", path)


def of_store(home: Path) -> int:
    """Bytes of the embedded store in a state folder, with what SQLite keeps beside it. Raises Skip without one."""
    total = sum(path.stat().st_size for path in home.glob(f"{DATABASE}*") if not is_set_aside(path))
    if not total:
        raise Skip("nothing was kept yet")
    return total
