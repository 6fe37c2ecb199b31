"""`metrics` and `metrics query`, as they are typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Invoke
    from tests.running import CommandLine
    from tests.unit.backends.answering import Answering

#: What Prometheus says where two series have a value.
ANSWER = {
    "status": "success",
    "data": {
        "resultType": "vector",
        "result": [{"metric": {"__name__": "up", "job": job}, "value": [1_790_000_000, "1"]} for job in ("a", "b")],
    },
}
NOBODY = '"} or vector(1) #{window}{only}'


def asked(containers: Answering) -> list[str]:
    """The expressions that Prometheus was asked for."""
    return [one.params["query"] for one in containers.asked if "query" in one.params]


def test_a_word_is_a_service_and_stays_a_name_in_the_question(run_cli: CommandLine, containers: Answering) -> None:
    ran = run_cli("metrics", "--since", "5m", NOBODY)
    assert (ran.code, ran.stdout) == (0, ""), ran.stderr
    assert "phoenix-dev metrics shows all services" in ran.stderr
    (question,) = asked(containers)
    assert r'service_name="\"} or vector(1) #{window}{only}"' in question


def test_without_a_word_it_is_all_services_and_it_is_told_where_to_send(
    run_cli: CommandLine, containers: Answering
) -> None:
    ran = run_cli("metrics", "--json")
    assert ran.json()["service"] == ""
    assert not any("service_name=" in one for one in asked(containers))
    assert "phoenix-dev env" in run_cli("metrics").stderr


def test_query_is_a_command_and_tells_where_the_names_are(run_cli: CommandLine, containers: Answering) -> None:
    ran = run_cli("metrics", "query", "up", "--since", "1h")
    assert (ran.code, ran.stdout) == (0, ""), ran.stderr
    assert "count by (__name__)" in ran.stderr
    assert asked(containers) == ["up"]


def test_the_answer_to_query_is_one_document_also_when_nothing_is_found(
    run_cli: CommandLine, containers: Answering
) -> None:
    now = run_cli("metrics", "query", "up", "--json").json()
    over = run_cli("metrics", "query", "up", "--since", "1h", "--step", "1m", "--json").json()
    assert list(now) == list(over) == ["expr", "type", "at", "since", "until", "step_ms", "series"]
    assert (now["expr"], now["type"], now["since"], now["until"], now["step_ms"]) == ("up", "instant", "", "", None)
    assert (over["type"], over["at"], over["step_ms"]) == ("range", "", 60_000)
    assert over["since"] < now["at"] < over["until"]
    assert now["series"] == over["series"] == []
    containers.answers(200, json.dumps(ANSWER).encode())
    document = run_cli("metrics", "query", "up", "--json").json()
    assert [one["labels"]["job"] for one in document["series"]] == ["a", "b"]


@pytest.mark.parametrize(
    "args", [["metrics", "a", "b"], ["metrics", "query"], ["metrics", "query", "up", "--step", "1m"]]
)
def test_what_cannot_be_meant_is_wrong_usage(invoke: Invoke, args: list[str]) -> None:
    ran = invoke(*args)
    assert ran.exit_code == 2
    assert "hint: phoenix-dev metrics" in ran.stderr


def test_the_help_of_both_says_how_they_are_typed(invoke: Invoke) -> None:
    assert invoke("metrics", "--help").stdout.startswith("Usage: phoenix-dev metrics [OPTIONS] [SERVICE]\n")
    assert invoke("metrics", "query", "-h").stdout.startswith("Usage: phoenix-dev metrics query [OPTIONS] EXPR\n")
