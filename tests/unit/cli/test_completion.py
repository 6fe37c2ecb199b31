"""Completion: what each shell offers, live values among it, and nothing that a shell would obey."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from phoenix_dev.cli.completion import complete_service, complete_trace_id
from phoenix_dev.cli.root import root
from tests.tools import need

if TYPE_CHECKING:
    import click

    from tests.conftest import Invoke
    from tests.unit.backends.answering import Answering, Asked

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
HOSTILE = [
    "$(touch ran)",
    "`touch ran`",
    "a b",
    "a;touch ran",
    "--data",
    "a\nb",
    "a\x1b[31m",
    "a\u202eb",
    "'",
    "plain,\tvalue",
]


def send(endpoint: str, *services: str) -> None:
    """One span of each service, over the wire."""
    export = ExportTraceServiceRequest()
    for index, service in enumerate(services, start=1):
        of_service = export.resource_spans.add()
        of_service.resource.attributes.add(key="service.name").value.string_value = service
        now = time.time_ns()
        of_service.scope_spans.add().spans.add(
            trace_id=bytes.fromhex(TRACE_ID),
            span_id=index.to_bytes(8, "big"),
            name="work",
            start_time_unix_nano=now,
            end_time_unix_nano=now + 1000,
        )
    headers = {"content-type": "application/x-protobuf"}
    httpx.post(f"{endpoint}/v1/traces", content=export.SerializeToString(), headers=headers).raise_for_status()


def offered(*words: str) -> list[str]:
    """What the command itself offers for the last of these words, the way bash asks."""
    asked = {
        "_PHOENIX_DEV_COMPLETE": "bash_complete",
        "COMP_WORDS": shlex.join(["phoenix-dev", *words]),
        "COMP_CWORD": str(len(words)),
    }
    program = "from phoenix_dev.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | asked, capture_output=True, check=True, text=True
    )
    assert ran.stderr == ""
    return [line.partition(",")[2] for line in ran.stdout.splitlines() if line]


def parameter(command: str, name: str) -> click.Parameter:
    return next(one for one in root.commands[command].params if one.name == name)


def test_commands_and_options_are_offered_without_a_stack() -> None:
    assert offered("conf") == ["config"]
    assert "--shell" in offered("env", "--sh")
    assert offered("env", "--shell", "f") == ["fish"]


def test_services_and_traces_are_offered_while_there_is_telemetry(stack: dict[str, Any]) -> None:
    send(stack["endpoints"]["otlp_http"], "orchestrator", "data-router")
    assert sorted(offered("logs", "--service", "")) == ["data-router", "orchestrator"]
    assert offered("logs", "--service", "or") == ["orchestrator"]
    assert offered("trace", "") == ["last", "last-error", TRACE_ID]
    assert offered("trace", TRACE_ID[:5]) == [TRACE_ID]


def test_no_word_is_offered_that_a_shell_would_read_as_more(stack: dict[str, Any]) -> None:
    send(stack["endpoints"]["otlp_http"], *HOSTILE, "harmless")
    assert offered("logs", "--service", "") == ["harmless"]


def test_the_project_that_was_typed_before_is_the_one_that_is_asked(stack: dict[str, Any]) -> None:
    send(stack["endpoints"]["otlp_http"], "orchestrator")
    assert offered("--project", "other", "logs", "--service", "") == []
    assert offered("--project", "phoenix", "logs", "--service", "") == ["orchestrator"]


def test_without_a_stack_nothing_is_offered_nothing_said_and_nothing_created(home: Path) -> None:
    assert offered("logs", "--service", "") == []
    assert offered("trace", "") == ["last", "last-error"]
    assert not home.exists()


def test_a_stack_that_does_not_answer_keeps_no_shell_waiting(containers: Answering) -> None:
    over = threading.Event()

    def never(_: Asked) -> tuple[int, bytes]:
        over.wait(60)
        return 500, b""

    containers.answer = never
    begun = time.monotonic()
    try:
        assert offered("logs", "--service", "") == []
        assert offered("trace", "la") == ["last", "last-error"]
        assert time.monotonic() - begun < 20
    finally:
        over.set()
    assert containers.asked, "it was asked"


def test_a_wrong_settings_file_or_a_broken_store_offers_nothing(home: Path) -> None:
    Path("phoenix-dev.yaml").write_text("nonsense")
    ctx = root.make_context("phoenix-dev", [], resilient_parsing=True)
    assert complete_service(ctx, parameter("logs", "services"), "") == []
    Path("phoenix-dev.yaml").unlink()
    (home / "projects" / "phoenix").mkdir(parents=True)
    (home / "projects" / "phoenix" / "telemetry.db").write_bytes(b"no database at all" * 1000)
    assert complete_service(ctx, parameter("logs", "services"), "") == []
    assert complete_trace_id(ctx, parameter("trace", "request_id"), "la") == ["last", "last-error"]


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `phoenix-dev` that shells find."""
    command = tmp_path / "bin" / "phoenix-dev"
    command.parent.mkdir()
    command.write_text(f"#!{sys.executable}\nfrom phoenix_dev.cli import main\nmain()\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("shell", "argv"),
    [("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])],
)
def test_the_script_is_one_that_the_shell_can_read(invoke: Invoke, shell: str, argv: list[str]) -> None:
    need(argv[0])
    script = Path("script")
    script.write_text(invoke("completion", shell).stdout)
    assert "_PHOENIX_DEV_COMPLETE" in script.read_text()
    ran = subprocess.run([*argv, str(script)], capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.usefixtures("on_path")
def test_bash_completes(stack: dict[str, Any]) -> None:
    need("bash")
    send(stack["endpoints"]["otlp_http"], "orchestrator")
    script = (
        'eval "$(phoenix-dev completion bash)"; COMP_WORDS=(phoenix-dev logs --service orch); COMP_CWORD=3;'
        'complete -p phoenix-dev; _phoenix_dev_completion phoenix-dev; echo "${COMPREPLY[@]}"'
    )
    ran = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, check=True, text=True)
    registered, reply = ran.stdout.splitlines()
    assert re.search(r"-F \S+ phoenix-dev$", registered)
    assert reply == "orchestrator"


@pytest.mark.usefixtures("on_path")
def test_fish_completes(stack: dict[str, Any]) -> None:
    need("fish")
    send(stack["endpoints"]["otlp_http"], "orchestrator")
    script = "phoenix-dev completion fish | source; complete -C 'phoenix-dev logs --service orch'"
    ran = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, check=True, text=True)
    assert ran.stdout.split() == ["orchestrator"]
