"""The health of services: a line each, and below it what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from phoenix_dev.model.health import ENDPOINTS
from phoenix_dev.model.quantity import duration
from phoenix_dev.render import style
from phoenix_dev.render.jsonout import milliseconds
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.text import fit, pad

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from phoenix_dev.model.health import CheckHealth, EndpointHealth, ServiceHealth

_SERVICE_CELLS = (11, 24)
_CELLS = 13


def health_lines(services: Sequence[ServiceHealth], *, width: int, clip: bool = True) -> Iterator[Text]:
    """A line a service: a sign, and what each endpoint answered and when; then one for each trouble."""
    cut = width if clip else ENDLESS
    widest = max((cell_len(fit(one.service, _SERVICE_CELLS[1])) for one in services), default=0)
    names = max(_SERVICE_CELLS[0], widest)
    heading = "".join(f" {name.upper():{_CELLS}}" for name in ENDPOINTS)
    yield Line(cut).add(f"  {'SERVICE':{names}}{heading}".rstrip(), style.DIM).text()
    for service in services:
        line = Line(cut).add("✓ " if service.healthy else "✗ ", style.OK if service.healthy else style.ERROR)
        line.add(pad(service.service, names), "" if service.healthy else style.FAILED)
        for endpoint in service.endpoints:
            line.add(f" {_answer(endpoint):{_CELLS}}", style.ERROR if endpoint.trouble else "")
        yield line.text()
        for trouble, those in _troubles(service).items():
            told = Line(cut).add(f"    {', '.join(those)}: ", style.DIM).add(trouble, style.FAILED)
            yield told.add(f"  {service.url}", style.DIM).text()


def check_lines(checks: Sequence[CheckHealth], *, width: int, clip: bool = True) -> Iterator[Text]:
    """A line a check: a sign, what it got and when, and what was asked; below it what is wrong."""
    if not checks:
        return
    cut = width if clip else ENDLESS
    names = max(_SERVICE_CELLS[0], *(cell_len(fit(one.name, _SERVICE_CELLS[1])) for one in checks))
    yield Line(cut).add(f"  {'CHECK':{names}} {'ANSWER':{_CELLS}} ASKED", style.DIM).text()
    for one in checks:
        line = Line(cut).add("✓ " if one.healthy else "✗ ", style.OK if one.healthy else style.ERROR)
        line.add(pad(one.name, names) if clip else one.name, "" if one.healthy else style.FAILED).to(2 + names)
        got = f"{one.status} {duration(one.duration_ns)}" if one.status else "no answer"
        line.add(f" {got:{_CELLS}}", style.ERROR if one.answer else "")
        yield line.add(f" {one.method} {one.url}", style.DIM).text()
        if one.trouble:
            yield Line(cut).add("    ").add(one.trouble, style.FAILED).text()


def health_json(services: Sequence[ServiceHealth], checks: Sequence[CheckHealth] = ()) -> dict[str, Any]:
    """`health --json`."""
    return {
        "healthy": all(one.healthy for one in services) and all(one.healthy for one in checks),
        "services": [
            {
                "service": one.service,
                "url": one.url,
                "healthy": one.healthy,
                "endpoints": [_endpoint_json(endpoint) for endpoint in one.endpoints],
            }
            for one in services
        ],
        "checks": [
            {
                "name": one.name,
                "service": one.service,
                "method": one.method,
                "url": one.url,
                "healthy": one.healthy,
                "status": one.status,
                "duration_ms": milliseconds(one.duration_ns),
                "reason": one.trouble,
            }
            for one in checks
        ],
    }


def _endpoint_json(endpoint: EndpointHealth) -> dict[str, Any]:
    return {
        "name": endpoint.name,
        "healthy": not endpoint.trouble,
        "status": endpoint.status,
        "duration_ms": milliseconds(endpoint.duration_ns),
        "reason": endpoint.trouble,
    }


def _answer(endpoint: EndpointHealth) -> str:
    """`✓ 3.2 ms`, `✗ 503 12 ms`, or `✗` without an answer."""
    if not endpoint.status:
        return "✗ no answer"
    took = duration(endpoint.duration_ns)
    return f"✗ {endpoint.status} {took}" if endpoint.trouble else f"✓ {took}"


def _troubles(service: ServiceHealth) -> dict[str, list[str]]:
    """Endpoints by what is wrong with them: a service that is away says so once."""
    found: dict[str, list[str]] = {}
    for endpoint in service.endpoints:
        if endpoint.trouble:
            found.setdefault(endpoint.trouble, []).append(endpoint.name)
    return found
