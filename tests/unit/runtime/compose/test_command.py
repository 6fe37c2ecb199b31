"""What docker compose says when it fails, as a sentence."""

from __future__ import annotations

import pytest

from phoenix_dev.runtime.compose.command import PortTaken, as_ours


class Failed(Exception):
    """A failure as python-on-whales tells it."""

    def __init__(self, stderr: str) -> None:
        super().__init__("the command failed")
        self.stderr = stderr


@pytest.mark.parametrize(
    "said",
    [
        "Error starting userland proxy: listen tcp4 127.0.0.1:4318: bind: address already in use",
        "programming external connectivity on endpoint x: Bind for 127.0.0.1:4318 failed: port is already allocated",
        "failed to bind host port for 127.0.0.1:4318:172.18.0.2:4318/tcp: address already in use",
        "failed to bind host port 127.0.0.1:4318/tcp: address already in use",
        "ports are not available: exposing port TCP 127.0.0.1:4318 -> 127.0.0.1:0: bind: address already in use",
    ],
)
def test_every_engine_that_cannot_have_a_port_is_understood(said: str) -> None:
    error = as_ours(Failed(f" Container x  Starting\nError response from daemon: {said}\n"))
    assert isinstance(error, PortTaken)
    assert error.port == 4318


def test_a_docker_without_compose_is_said() -> None:
    for said in (
        "docker: 'compose' is not a docker command.\nSee 'docker --help'",
        "unknown shorthand flag: 'f' in -f",
    ):
        assert "has no compose (version 2 or newer)" in as_ours(Failed(said)).message


def test_anything_else_is_its_last_line() -> None:
    error = as_ours(Failed(' Container x  Waiting\nservice "queue-owner" didn\'t complete successfully: exit 1\n\n'))
    assert not isinstance(error, PortTaken)
    assert error.message == 'docker compose failed: service "queue-owner" didn\'t complete successfully: exit 1'


def test_a_failure_without_a_word_is_still_told() -> None:
    assert as_ours(Failed("")).message == "docker compose failed: the command failed"
