"""One setting, as `config` shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EffectiveValue:
    """A setting as it is in effect; `origin` says in words where its value came from."""

    name: str
    value: str | int
    origin: str
