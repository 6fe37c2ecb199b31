"""Tests of what is new: it fires at once, for ten minutes, and not for what was there from the beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.signals.names import CALLS, TARGET
from phoenix_dev.signals.promtool.case import STEP_S, Case, Check, Firing

if TYPE_CHECKING:
    from collections.abc import Iterator

_MINUTE = 60
#: When something new comes, after the hour in which all is new; how long it counts as new.
_COMES_S, _NEW_S = 65 * _MINUTE, 10 * _MINUTE
_BEFORE = _COMES_S // STEP_S
_LONG = 80 * _MINUTE // STEP_S


def cases() -> Iterator[Case]:
    """Of new services and new versions."""
    yield _new_service()
    yield _deployment()


def _new_service() -> Case:
    return Case(
        "new_service: one that comes later, by its metrics and by its spans",
        {
            f'{TARGET}{{job="api", service_name="api"}}': f"1x{_LONG}",
            f'{TARGET}{{job="loki", service_name="loki", instance="new"}}': f"_x{_BEFORE} 1x{_LONG}",
            f'{TARGET}{{job="shop", service_name="shop"}}': f"_x{_BEFORE} 1x{_LONG}",
            f'{CALLS}{{service_name="spans-alone"}}': f"_x{_BEFORE} 1x{_LONG}",
        },
        (
            Check(_COMES_S - STEP_S, "NewService"),
            Check(_COMES_S, "NewService", _new("shop", "spans-alone")),
            Check(_COMES_S + _NEW_S - STEP_S, "NewService", _new("shop", "spans-alone")),
            Check(_COMES_S + _NEW_S, "NewService"),
            # What there is when the stack is new is not news, and neither is that an hour later.
            *(Check(at_s, "NewService") for at_s in (STEP_S, 15 * _MINUTE, 60 * _MINUTE, 61 * _MINUTE)),
        ),
    )


def _new(*services: str) -> tuple[Firing, ...]:
    return tuple(Firing("info", {"service_name": service}, 1) for service in services)


def _deployment() -> Case:
    come_s = 20 * _MINUTE
    before = come_s // STEP_S
    version_2 = Firing("info", {"service_name": "api", "service_version": "2.0"}, 1)
    return Case(
        "deployment: another version of a known service",
        {
            f'{TARGET}{{job="api", service_name="api", service_version="1.0"}}': f"1x{before} _x{_LONG}",
            f'{TARGET}{{job="api", service_name="api", service_version="2.0"}}': f"_x{before} 1x{_LONG}",
            f'{TARGET}{{job="shop", service_name="shop", service_version="1.0"}}': f"_x{before} 1x{_LONG}",
        },
        (
            Check(come_s - STEP_S, "DeploymentSeen"),
            Check(come_s, "DeploymentSeen", (version_2,)),
            Check(come_s + _NEW_S - STEP_S, "DeploymentSeen", (version_2,)),
            Check(come_s + _NEW_S, "DeploymentSeen"),
        ),
    )
