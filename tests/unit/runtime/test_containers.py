"""What is said of a container, by the Docker engine's description of it."""

from __future__ import annotations

from typing import Any

import pytest

from phoenix_dev.runtime.catalogue import LOKI
from phoenix_dev.runtime.containers import ContainerFacts
from phoenix_dev.runtime.remedy import give_volume, remedy


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


def test_a_volume_of_the_wrong_owner_is_given_to_the_part_s_user_whoever_sees_it() -> None:
    said = ["mkdir /loki/x: Permission denied"]
    assert (
        remedy(LOKI, "mine", "mine-loki-1", said, "")
        == f"{give_volume('mine_logs', '10001:10001', '')} && phoenix-dev up"
    )


def test_an_image_of_a_remedy_comes_from_the_mirror() -> None:
    assert " mirror.example/prom/prometheus:" in give_volume("mine_logs", "10001:10001", "mirror.example")
