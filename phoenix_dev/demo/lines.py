"""The demo in plain words: what runs, what was sent, what to try next. Holds nothing that came from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.demo.state import DemoSystem
    from phoenix_dev.demo.traffic import Sent


def service_lines(system: DemoSystem) -> list[str]:
    """A line a service: name, base URL, log."""
    width = max(len(service.name) for service in system.services)
    return [f"{service.name:{width}}  {service.url}  {service.log}" for service in system.services]


def sent_line(sent: Sent) -> str:
    """One request: status, time, fault, and the IDs to look it up by."""
    fault = sent.scenario.fault or "-"
    return f"{sent.status_code}  {sent.duration_ms:6.0f} ms  {fault:12}  {sent.trace_id}  {sent.correlation_id}"


def next_steps(sent: Sent) -> list[str]:
    """Commands worth trying after the first request."""
    return [
        "Try next:",
        "  phoenix-dev trace last",
        f"  phoenix-dev logs --correlation {sent.correlation_id}",
        "  phoenix-dev demo traffic --count 20 --fault-every 5 --fault llm-errors",
        "  phoenix-dev trace last-error",
        "Stop both:",
        "  phoenix-dev demo stop && phoenix-dev down",
    ]
