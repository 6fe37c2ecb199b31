"""What is said of a container, by the Docker engine's description of it."""

from __future__ import annotations

from typing import Any

import pytest

from phoenix_dev.runtime.compose.containers import ContainerFacts


def seen(status: str, *, restarts: int = 0, **state: Any) -> ContainerFacts:
    described = {"Status": status, "ExitCode": 0, "OOMKilled": False, "StartedAt": "", "Error": "", **state}
    return ContainerFacts.of("phoenix-loki-1", {"State": described, "RestartCount": restarts})


@pytest.mark.parametrize(
    ("facts", "why", "given_up"),
    [
        (seen("exited", ExitCode=3), "ended with the status 3", True),
        (
            seen("restarting", restarts=3, ExitCode=1),
            "ended with the status 1 and was started again 3 times",
            True,
        ),
        (
            seen("exited", ExitCode=137, OOMKilled=True),
            "was ended because it needed more memory than it may have",
            True,
        ),
        (seen("created", Error="no such device"), "could not be started: no such device", True),
        (seen("paused"), "is paused", False),
        (seen("restarting", restarts=2), "ended with the status 0 and was started again 2 times", False),
    ],
    ids=lambda value: value.status if isinstance(value, ContainerFacts) else "",
)
def test_what_became_of_it_is_said_in_words(facts: ContainerFacts, why: str, given_up: bool) -> None:
    assert (facts.why, facts.given_up) == (why, given_up)
