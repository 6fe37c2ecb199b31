"""What the contract suite asks of a runtime: its stores, a way in, and how things come back from it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from phoenix_dev.stores import Stores


@dataclass
class Kept:
    """Stores of one runtime, and the way in.

    `send` takes exports and returns when all that was sent can be read; `restart` ends and starts what
    keeps it. `now` is the time at which a test's story plays (Unix nanoseconds). Others may have sent to the same
    stores before, so a test names its services and IDs by `own`.
    """

    stores: Stores
    send: Callable[..., None]
    restart: Callable[[], None]
    now: int
    mark: str = field(default_factory=otlp.new_span_id)

    def own(self, name: str) -> str:
        """A name that no other test has."""
        return f"{name}-{self.mark}"

    def metric(self, name: str, unit: str = "1") -> str:
        """The name under which a gauge (unit 1) or a histogram of seconds is kept."""
        if self.stores.metrics.capabilities.as_sent:
            return name
        return folded_key(name) + {"1": "_ratio", "s": "_seconds"}[unit]


def folded_key(key: str) -> str:
    """An attribute's key where dots cannot be kept."""
    return re.sub("[^a-zA-Z0-9_]", "_", key)


def folded(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Attributes where neither dots nor types can be kept."""
    return {folded_key(key): _text(value) for key, value in attributes.items()}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def came_back(sent: Mapping[str, Any], kept: Mapping[str, Any], *, as_sent: bool) -> bool:
    """Whether attributes are there again: exactly, or where a store does not keep them so, at least and folded."""
    return kept == sent if as_sent else folded(sent).items() <= folded(kept).items()
