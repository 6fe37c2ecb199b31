"""What the query of a URL asks for. Wrong values are told beside the form, never guessed."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from phoenix_dev.model.log import LEVELS, lowest_severity
from phoenix_dev.model.quantity import duration_ns
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.stores.traces import TraceQuery

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

WINDOWS = ("5m", "15m", "1h", "6h", "24h", "7d", "all")
TRACE_LIMITS = (50, 100, 200, 500)
LOG_LIMITS = (200, 500, 1000, 2000)
_LONGEST = 2_000
_LATEST = 2**63 - 1


@dataclass(slots=True)
class Form:
    """The fields of a form as they were typed, and what is wrong with them."""

    given: QueryParams
    wrong: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A field, without the blanks around it."""
        return self.given.get(name, "").strip()[:_LONGEST]

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.text(name) not in ("", "0")

    def duration(self, name: str, label: str) -> int | None:
        """Nanoseconds; None where nothing is typed or what is typed is no duration."""
        text = self.text(name)
        found = duration_ns(text) if text else None
        if text and found is None:
            self.wrong.append(f"{label} is '{text}', but has to be a duration such as 250ms, 2s or 1m30s")
        return found

    def since(self, default: str = "1h") -> int:
        """Unix nanoseconds from which on: a window of time up to now, or a moment."""
        text = self.text("since") or default
        if text == "all":
            return 0
        window = duration_ns(text)
        if window is not None:
            return max(0, time.time_ns() - window)
        moment = _moment(text)
        if moment is None:
            self.wrong.append(f"since is '{text}', but has to be such as 15m, 24h, all or 2026-10-05T04:05")
            return self.since_default(default)
        return moment

    def until(self) -> int | None:
        """Unix nanoseconds up to which; None for now."""
        text = self.text("until")
        moment = _moment(text) if text else None
        if text and moment is None:
            self.wrong.append(f"until is '{text}', but has to be such as 2026-10-05T04:05")
        return moment

    def since_default(self, default: str) -> int:
        """The window that holds where none is given."""
        return max(0, time.time_ns() - (duration_ns(default) or 0))

    def limit(self, limits: tuple[int, ...]) -> int:
        """The least of the numbers of rows there are that is enough."""
        text = self.text("limit")
        wanted = int(text) if re.fullmatch(r"[0-9]{1,6}", text) else limits[0]
        return next((one for one in limits if one >= wanted), limits[-1])


def _moment(text: str) -> int | None:
    """A date and time as Unix nanoseconds; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
        known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0, min(int(known.timestamp() * 1e9), _LATEST))
    except (ValueError, OverflowError):
        return None


def trace_query(form: Form) -> TraceQuery:
    """The traces that a form asks for."""
    attributes = []
    for pair in filter(None, (one.strip()[:_LONGEST] for one in form.given.getlist("attr"))):
        key, equals, value = pair.partition("=")
        if equals and key:
            attributes.append((key.strip(), value.strip()))
        else:
            form.wrong.append(f"attribute is '{pair}', but has to be key=value")
    return TraceQuery(
        since_ns=form.since(),
        service=form.text("service"),
        operation=form.text("operation"),
        error=form.flag("error"),
        min_duration_ns=form.duration("min", "min. duration"),
        max_duration_ns=form.duration("max", "max. duration"),
        attributes=tuple(attributes),
        limit=form.limit(TRACE_LIMITS),
    )


def log_filter(form: Form) -> LogFilter:
    """The logs that a form asks for. The text is looked for as it stands, in any case: no pattern, nothing to fear."""
    service, text, level = form.text("service"), form.text("text"), form.text("level").upper()
    if level and level not in LEVELS:
        form.wrong.append(f"level is '{level}', but has to be one of {', '.join(LEVELS)}")
        level = ""
    return LogFilter(
        services=frozenset({service} if service else ()),
        min_severity=lowest_severity(level) if level else 0,
        grep=re.compile(re.escape(text), re.IGNORECASE) if text else None,
        since_ns=form.since() or None,
    )
