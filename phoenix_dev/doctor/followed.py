"""Is what the settings name under `logs` read: files and containers, on both runtimes?"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from phoenix_dev.doctor.examination import Skip
from phoenix_dev.model.finding import Finding, Severity
from phoenix_dev.runtime.followed import FILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from phoenix_dev.runtime.followed import Followed

#: Of a kind; the others are counted.
_MOST = 10


def followed(name: str, found: Iterable[Followed]) -> Iterator[Finding]:
    """What is not read, and what is not there; `name` is that of the examination and of what it looks at."""
    one = next((each for each in found if each.name == name), None)
    if one is None:
        raise Skip(f"the settings name none under logs.{'files' if name == FILES else 'containers'}")
    if one.stopped:
        yield Finding(name, Severity.WARNING, one.stopped.partition(";")[0], fix="phoenix-dev up")
        return
    for where, why in list(one.unread.items())[:_MOST]:
        fix = f"ls -l {quote(where)}" if name == FILES else "docker info"
        yield Finding(name, Severity.WARNING, f"{where} cannot be read: {why}", where, fix)
    for what in one.missing[:_MOST]:
        yield Finding(name, Severity.INFO, what, fix="" if name == FILES else "docker ps --all")
    if not one.unread:
        yield Finding(name, Severity.OK, f"{one.what} read")
