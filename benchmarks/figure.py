"""One line of the table: what was measured, what was wanted, and how fast the machine lets anything of the kind be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower"]
Verdict = Literal["ok", "missed", ""]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value in `unit`; `target` in the same unit, None where none was set.

    `limit_value` was measured in the same run: what `limit_name` says, the same work with our part left out.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    better: Better = "lower"
    limit_name: str = ""
    limit_value: float | None = None

    @property
    def ratio(self) -> float | None:
        """The value over the limit: 1 is as good as the machine lets it be. None without a limit."""
        return self.value / self.limit_value if self.limit_value else None

    @property
    def verdict(self) -> Verdict:
        """Whether the target is reached; empty where there is none."""
        if self.target is None:
            return ""
        reached = self.value >= self.target if self.better == "higher" else self.value <= self.target
        return "ok" if reached else "missed"
