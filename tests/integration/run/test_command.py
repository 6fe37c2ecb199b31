"""`run`: what a command is given, what its end is, and several of them."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.integration.run.commands import PYTHON, logs, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running import CommandLine


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("", 0),
        ("raise SystemExit(1)", 1),
        ("raise SystemExit(130)", 130),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("import signal, os; signal.signal(2, signal.SIG_DFL); os.kill(os.getpid(), 2)", -signal.SIGINT),
    ],
)
def test_the_exit_status_is_the_commands(run_cli: CommandLine, program: str, code: int) -> None:
    assert run_cli("run", *python(program)).code == code


def test_a_command_that_cannot_be_run_is_told_as_a_shell_tells_it(run_cli: CommandLine, tmp_path: Path) -> None:
    missing = run_cli("run", "--", "no-such-command")
    assert (missing.code, missing.stderr.splitlines()[-1]) == (127, "hint: command -v no-such-command")
    (tmp_path / "no-program").write_text("")
    assert run_cli("run", "--", str(tmp_path / "no-program")).code == 126
    assert run_cli("run").code == 2


@pytest.mark.usefixtures("stack")
def test_the_command_has_the_variables_of_env_and_the_users_own(run_cli: CommandLine) -> None:
    wanted = run_cli("env", "--json").json()
    program = "import json, os; print(json.dumps(dict(os.environ))); print(oct(os.umask(0)))"
    ran = run_cli("run", *python(program), env={"OTEL_RESOURCE_ATTRIBUTES": "team=a", "HERE": "too"})
    given = json.loads(ran.stdout.splitlines()[0])
    wanted["OTEL_RESOURCE_ATTRIBUTES"] += ",team=a"
    assert {name: given.get(name) for name in wanted} == wanted
    assert given["HERE"] == "too"
    assert "OTEL_SERVICE_NAME" not in given
    named = run_cli("run", "--service", "shop", *python(program))
    assert json.loads(named.stdout.splitlines()[0])["OTEL_SERVICE_NAME"] == "shop"
    mask = os.umask(0o022)
    os.umask(mask)
    assert ran.stdout.splitlines()[1] == oct(mask)


SEVERAL = f"""
run:
  - {{name: api, command: [{PYTHON}, -c, "print('up'); raise SystemExit(3)"]}}
  - name: worker
    command: {PYTHON} -c "import os, time; time.sleep(1); print(os.getcwd(), os.environ['MODE'])"
    dir: below
    env: {{MODE: quiet}}
"""


@pytest.mark.usefixtures("stack")
def test_all_runs_what_the_file_lists_each_line_behind_its_name(run_cli: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    (folder / "below").mkdir()
    (folder / "phoenix-dev.yaml").write_text(SEVERAL)
    ran = run_cli("run", "--all")
    assert ran.code == 3, ran.stderr
    assert ran.stdout == f"api    | up\nworker | {folder / 'below'} quiet\n"
    assert {(log["service"], log["message"]) for log in logs(run_cli)} == {
        ("api", "up"),
        ("worker", f"{folder / 'below'} quiet"),
    }


SENDS_A_SPAN = """
from opentelemetry import trace
with trace.get_tracer("t").start_as_current_span("last words"):
    print("working")
"""


@pytest.mark.usefixtures("stack")
def test_a_short_lived_process_loses_no_span(run_cli: CommandLine, tmp_path: Path) -> None:
    program = f"""
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry import trace
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
{SENDS_A_SPAN}
"""
    assert run_cli("run", "--service", "short", *python(program)).code == 0
    shown = run_cli("trace", "last", "--json").json()["traces"][0]
    assert [(span["service"], span["name"]) for span in shown["spans"]] == [("short", "last words")]


@pytest.mark.usefixtures("stack")
def test_auto_instruments_a_python_program_without_a_change(run_cli: CommandLine, tmp_path: Path) -> None:
    app = tmp_path / "work" / "shop.py"
    app.write_text(SENDS_A_SPAN)
    ran = run_cli("run", "--auto", "--", PYTHON, "shop.py")
    assert (ran.code, ran.stdout) == (0, "working\n"), ran.stderr
    shown = run_cli("trace", "last", "--json").json()["traces"][0]
    assert [(span["service"], span["name"]) for span in shown["spans"]] == [("shop", "last words")]


def test_auto_says_what_to_install(run_cli: CommandLine, free_ports: None, tmp_path: Path) -> None:
    bare = tmp_path / "bin" / "python3"
    bare.parent.mkdir()
    bare.symlink_to(PYTHON)
    python_less = run_cli("run", "--auto", "--", str(bare), "app.py")
    assert python_less.code == 3
    assert f"hint: {bare} -m pip install opentelemetry-distro" in python_less.stderr
    neither = run_cli("run", "--auto", "--", "ls")
    assert (neither.code, "neither" in neither.stderr) == (2, True)
