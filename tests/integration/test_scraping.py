"""Metrics that nobody sends: the embedded engine asks the services of the settings, and the demo, for theirs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_dev.scraping.targets import read_targets
from phoenix_dev.stores.metrics import MetricQuery
from tests.answering import Says, answering
from tests.stack import running_stack
from tests.waiting import wait_until

if TYPE_CHECKING:
    from phoenix_dev.model.metric import MetricPoint
    from phoenix_dev.stores import Stores


def points(stores: Stores, service: str, name: str) -> list[MetricPoint]:
    return list(stores.metrics.points(MetricQuery(name, service)))


def test_services_of_the_settings_and_of_the_demo_are_scraped_as_they_come_and_go(tmp_path: Path) -> None:
    page = b"# TYPE heat gauge\nheat 36.6\n"
    with answering({"/health/metrics": Says(body=page)}) as service, running_stack(tmp_path) as stack:
        Path("phoenix-dev.yaml").write_text(f"services:\n- {{name: patient, url: '{service.url}'}}\n")
        stack.run("up")
        (heat, *_) = wait_until(lambda: points(stack.stores, "patient", "heat"), 30)
        assert (heat.value, heat.resource["service.instance.id"]) == (36.6, service.url.partition("//")[2])
        assert points(stack.stores, "patient", "up")[0].value == 1
        stack.run("demo", "start")
        try:
            wait_until(lambda: points(stack.stores, "llm-service", "up"), 30)
        finally:
            stack.run("demo", "stop")
        assert {target.service for target in read_targets(stack.home / "projects" / stack.project)} == {"patient"}
