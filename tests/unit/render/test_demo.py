"""What the demo says: IDs stand whole or not at all, whatever the width."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from rich.cells import cell_len

from phoenix_dev.render.demo import next_steps, sent_line, service_lines

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


@dataclass(frozen=True)
class Service:
    name: str
    url: str
    log: str


@dataclass(frozen=True)
class Sent:
    correlation_id: str = "corr-0123456789ab"
    trace_id: str = TRACE_ID
    status_code: int = 503
    duration_ms: float = 1234.5
    fault: str = "lost-context"


SERVICES = (
    Service("api-gateway", "http://127.0.0.1:40123", "/home/me/.local/state/phoenix-dev/demo/api-gateway.log"),
    Service("llm", "http://127.0.0.1:9999", "/home/me/.local/state/phoenix-dev/demo/llm.log"),
)


def test_a_service_on_a_terminal_names_its_log_without_the_folder() -> None:
    assert [line.plain for line in service_lines(SERVICES, width=80)] == [
        "api-gateway  http://127.0.0.1:40123  api-gateway.log",
        "llm          http://127.0.0.1:9999   llm.log",
    ]


def test_a_service_in_a_pipe_names_its_log_whole() -> None:
    assert [line.plain.split()[-1] for line in service_lines(SERVICES, width=40, clip=False)] == [
        service.log for service in SERVICES
    ]


def test_a_request_fits_into_80_columns_with_both_ids() -> None:
    assert sent_line(Sent(), width=80).plain == f"corr-0123456789ab  503   1.23 s  lost-context  {TRACE_ID}"
    healthy = Sent(status_code=200, duration_ms=12.34, fault="")
    assert sent_line(healthy, width=80).plain == f"corr-0123456789ab  200  12.3 ms  -             {TRACE_ID}"


@pytest.mark.parametrize("width", range(40, 100))
def test_no_width_tears_an_id(width: int) -> None:
    line = sent_line(Sent(), width=width).plain
    assert cell_len(line) <= width
    assert line.startswith("corr-0123456789ab ")
    assert line.endswith(TRACE_ID) is (width >= 79)
    assert sent_line(Sent(), width=width, clip=False).plain.endswith(TRACE_ID)


def test_what_to_try_next_fits_into_80_columns() -> None:
    assert all(cell_len(line) <= 80 for line in next_steps("corr-0123456789ab"))
