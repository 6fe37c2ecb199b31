"""`env`: the variables of an application, in the words of each shell."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.render.environment import shell_lines
from tests.tools import need

if TYPE_CHECKING:
    from tests.conftest import Invoke
    from tests.running import CommandLine

Stack = dict[str, Any]

HOSTILE = {
    "PLAIN": "http://127.0.0.1:4318",
    "SPACES": "  two  words  ",
    "QUOTES": 'it\'s "so" `so` \N{LEFT SINGLE QUOTATION MARK}so\N{RIGHT SINGLE QUOTATION MARK}',
    "COMMAND": "$(touch ran) `touch ran` ; touch ran & | > ran",
    "BACKSLASHES": "\\ \\\\ \\n \\' \\",
    "DOLLARS": "$HOME ${HOME} $1 !! ~",
    "NEWLINES": "one\ntwo\n\nfour",
    "EMPTY": "",
    "LETTERS": "日本 ü 🐦",
}


def test_every_variable_of_the_contract_is_there(stack: Stack, invoke: Invoke) -> None:
    assert json.loads(invoke("env", "--json").stdout) == {
        "OTEL_EXPORTER_OTLP_ENDPOINT": stack["endpoints"]["otlp_http"],
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_TRACES_SAMPLER": "always_on",
        "OTEL_PROPAGATORS": "tracecontext,baggage",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "OTEL_BLRP_SCHEDULE_DELAY": "200",
        "OTEL_METRIC_EXPORT_INTERVAL": "5000",
        "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "8192",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "cumulative",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=development",
    }


def test_an_application_started_from_the_shell_finds_the_stack(stack: Stack, run_cli: CommandLine) -> None:
    told = run_cli("env")
    assert told.code == 0
    ran = subprocess.run(["sh", "-c", f"{told.stdout}\nexec env"], capture_output=True, check=True, text=True)
    seen = dict(line.partition("=")[::2] for line in ran.stdout.splitlines())
    assert {name: seen[name] for name in run_cli("env", "--json").json()} == run_cli("env", "--json").json()


def test_without_a_stack_it_is_3_and_names_up(run_cli: CommandLine) -> None:
    ran = run_cli("env")
    assert (ran.code, ran.stdout) == (3, "")
    assert ran.stderr.endswith("hint: phoenix-dev up\n")


@pytest.mark.parametrize(
    ("users", "first"),
    [
        ("/bin/bash", "export "),
        ("/usr/bin/zsh", "export "),
        ("", "export "),
        ("/usr/bin/fish", "set -gx "),
        ("/usr/bin/pwsh", "$Env:"),
    ],
)
def test_the_users_own_shell_decides(
    stack: Stack, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, users: str, first: str
) -> None:
    monkeypatch.setenv("SHELL", users)
    lines = invoke("env").stdout.splitlines()
    assert len(lines) == len(json.loads(invoke("env", "--json").stdout))
    assert {line[: len(first)] for line in lines} == {first}
    assert invoke("env", "--shell", "dotenv").stdout.startswith("OTEL_EXPORTER_OTLP_ENDPOINT=http://")


def read_back(argv: list[str], statements: list[str]) -> dict[str, str]:
    """What a shell makes of the statements, as a process that it starts sees it."""
    script = "\n".join([*statements, "env -0"])
    ran = subprocess.run([*argv, script], env={"PATH": os.environ["PATH"]}, capture_output=True, check=True, timeout=30)
    seen = dict(entry.partition("=")[::2] for entry in ran.stdout.decode().split("\0"))
    return {name: seen[name] for name in HOSTILE}


@pytest.mark.parametrize(
    ("shell", "argv"),
    [
        ("sh", ["sh", "-c"]),
        ("sh", ["bash", "-c"]),
        ("sh", ["zsh", "-fc"]),
        ("fish", ["fish", "--no-config", "-c"]),
        ("powershell", ["pwsh", "-NoProfile", "-Command"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_each_shell_reads_any_value_as_it_is(shell: str, argv: list[str]) -> None:
    need(argv[0])
    assert read_back(argv, shell_lines(HOSTILE, shell)) == HOSTILE


def test_a_file_of_variables_needs_no_quotes_for_what_env_prints(stack: Stack, invoke: Invoke) -> None:
    lines = invoke("env", "--shell", "dotenv").stdout.splitlines()
    assert dict(line.split("=", 1) for line in lines) == json.loads(invoke("env", "--json").stdout)


def test_a_file_of_variables_quotes_what_it_must() -> None:
    assert shell_lines({"A": 'say "$x" \\ twice\nnow'}, "dotenv") == ['A="say \\"\\$x\\" \\\\ twice\\nnow"']


def test_no_container_reaches_the_embedded_runtime(run_cli: CommandLine, stack: Any) -> None:
    ran = run_cli("env", "--for", "container")
    assert (ran.code, ran.stdout) == (3, "")
    assert "listens on loopback only" in ran.stderr
    assert "hint: phoenix-dev down && phoenix-dev up --runtime compose" in ran.stderr
