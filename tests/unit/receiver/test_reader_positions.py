"""The headers by which our own reader of log files says how far it has read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from . import payloads
from .recording import PROTOBUF
from .running import READER_TOKEN

if TYPE_CHECKING:
    import httpx

    from .conftest import Receiver

BODY = payloads.logs().SerializeToString()


def test_the_position_goes_to_the_store_with_its_export(http: httpx.Client, receiver: Receiver) -> None:
    told = {"x-phoenix-dev-token": READER_TOKEN, "x-phoenix-dev-position": json.dumps({"/var/log/ä.log": "12:7"})}
    assert http.post("/v1/logs", content=BODY, headers=PROTOBUF | told).status_code == 200
    assert receiver.inbox.positions == {"/var/log/ä.log": "12:7"}


@pytest.mark.parametrize("token", [{}, {"x-phoenix-dev-token": ""}, {"x-phoenix-dev-token": "guessed"}])
def test_nobody_else_may_move_a_position(http: httpx.Client, receiver: Receiver, token: dict[str, str]) -> None:
    answer = http.post("/v1/logs", content=BODY, headers=PROTOBUF | token | {"x-phoenix-dev-position": "{}"})
    assert answer.status_code == 400
    assert receiver.inbox.exports == []


@pytest.mark.parametrize("position", ["", "[]", '{"a": 1}', "nonsense"])
def test_a_position_of_another_form_is_refused(http: httpx.Client, receiver: Receiver, position: str) -> None:
    told = {"x-phoenix-dev-token": READER_TOKEN, "x-phoenix-dev-position": position}
    answer = http.post("/v1/logs", content=BODY, headers=PROTOBUF | told)
    assert answer.status_code == 400
    assert receiver.inbox.exports == []
