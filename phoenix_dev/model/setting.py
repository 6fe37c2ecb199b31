"""One setting, as `config` shows it."""

from __future__ import annotations

from dataclasses import dataclass

#: A list of texts or of objects is shown as JSON has it.
ShownValue = str | int | list[str | dict[str, object]]


@dataclass(frozen=True, slots=True)
class EffectiveValue:
    """A setting as it is in effect; `origin` says in words where its value came from."""

    name: str
    value: ShownValue
    origin: str
