"""Metrics that nobody sends: the embedded engine asks the services of the settings, and the demo, for theirs, and runs
the checks of the settings.
"""

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


#: Of the page itself, with a secret that must not come back.
CHECK = "- {name: page, service: patient, path: '/health/metrics?key=s3cret', expect_body: heat, interval: 1s}"


def points(stores: Stores, service: str, name: str) -> list[MetricPoint]:
    return list(stores.metrics.points(MetricQuery(name, service)))


def states(stores: Stores) -> dict[str, float]:
    """Whether each thing that the check expects was so, the last time."""
    found = sorted(points(stores, "patient", "phoenix.check.status"), key=lambda point: point.time_ns)
    return {str(point.attributes["expectation"]): point.value for point in found}


def test_services_of_the_settings_and_of_the_demo_are_scraped_as_they_come_and_go(tmp_path: Path) -> None:
    page = b"# TYPE heat gauge\nheat 36.6\n"
    with answering({"/health/metrics": Says(body=page)}) as service, running_stack(tmp_path) as stack:
        listed = f"services:\n- {{name: patient, url: '{service.url}'}}\nchecks:\n{CHECK}\n"
        Path("phoenix-dev.yaml").write_text(listed)
        stack.run("up")
        (heat, *_) = wait_until(lambda: points(stack.stores, "patient", "heat"), 30)
        assert (heat.value, heat.resource["service.instance.id"]) == (36.6, service.url.partition("//")[2])
        assert points(stack.stores, "patient", "up")[0].value == 1
        wait_until(lambda: states(stack.stores) == {"answer": 1, "body": 1}, 30)
        (up, *_) = (one for one in points(stack.stores, "patient", "httpcheck.status") if one.value)
        assert (up.attributes["http.status_code"], up.attributes["http.url"]) == (200, f"{service.url}/health/metrics")
        service.says["/health/metrics"] = Says(503, page)
        wait_until(lambda: states(stack.stores) == {"answer": 0, "body": 1}, 30)
        stack.run("demo", "start")
        try:
            wait_until(lambda: points(stack.stores, "llm-service", "up"), 30)
        finally:
            stack.run("demo", "stop")
        assert {target.service for target in read_targets(stack.home / "projects" / stack.project)} == {"patient"}
