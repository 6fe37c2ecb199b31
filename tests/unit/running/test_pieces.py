"""The pieces of `run` that need no process: what waits, what is framed, what is prefixed, what a command is called."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.errors import NotReady
from phoenix_dev.lines.splitting import Splitter
from phoenix_dev.lines.text import LONGEST_LINE
from phoenix_dev.running.automatic import instrumented
from phoenix_dev.running.backlog import Backlog
from phoenix_dev.running.child import Command
from phoenix_dev.running.frames import Frame, Unpacker, packed
from phoenix_dev.running.prefixed import Prefixed
from phoenix_dev.running.relay import Plain
from phoenix_dev.running.service import name_of, service_of
from tests.tools import need

if TYPE_CHECKING:
    from pathlib import Path


@given(st.lists(st.binary(min_size=1, max_size=40) | st.integers(1, 30)), st.integers(0, 60))
def test_what_waits_comes_out_as_it_went_in_from_memory_and_file(steps: list[bytes | int], in_memory: int) -> None:
    backlog = Backlog(in_memory=in_memory)
    went_in, came_out = b"", b""
    for step in steps:
        if isinstance(step, bytes):
            assert backlog.add(step)
            went_in += step
        elif first := backlog.first():
            backlog.remove(min(step, len(first)))
            came_out += first[:step]
        assert len(backlog) == len(went_in) - len(came_out)
    while first := backlog.first():
        backlog.remove(len(first))
        came_out += first
    backlog.close()
    assert came_out == went_in


def test_what_waits_is_bounded() -> None:
    backlog = Backlog(in_memory=4, most=10)
    assert [backlog.add(b"1234"), backlog.add(b"1234"), backlog.add(b"1234")] == [True, True, False]
    assert len(backlog) == 8
    backlog.close()


@given(st.lists(st.builds(Frame, st.integers(0, 9), st.integers(0, 2**63), st.binary())), st.integers(1, 50))
def test_frames_come_out_as_they_went_in_however_they_are_cut(frames: list[Frame], size: int) -> None:
    sent = b"".join(packed(one.stream, one.time_ns, one.data) for one in frames)
    unpacker = Unpacker()
    assert [one for at in range(0, len(sent), size) for one in unpacker.feed(sent[at : at + size])] == frames


@given(st.lists(st.binary(max_size=20)))
def test_lines_are_those_of_the_whole_however_it_is_cut(pieces: list[bytes]) -> None:
    splitter = Splitter()
    lines = [line for piece in pieces for line in splitter.feed(piece)] + list(splitter.flush())
    whole = b"".join(pieces)
    assert lines == (whole.removesuffix(b"\n").split(b"\n") if whole else [])
    assert b"\n".join(lines) == b"".join(pieces).removesuffix(b"\n")


def test_a_line_without_an_end_takes_bounded_memory() -> None:
    splitter = Splitter()
    for _ in range(3):
        assert list(splitter.feed(b"x" * LONGEST_LINE)) == []
    assert [len(line) for line in splitter.feed(b"y\nz\n")] == [LONGEST_LINE, 1]


@given(st.lists(st.binary(max_size=20)))
def test_each_line_stands_behind_its_prefix(pieces: list[bytes]) -> None:
    ours, theirs = os.pipe()
    screen = Prefixed(Plain(theirs), b"> ")
    for piece in filter(None, pieces):
        screen.show(piece)
    screen.show(b"")
    os.close(theirs)
    with open(ours, "rb") as shown:
        lines = shown.read().split(b"\n")
    written = b"".join(pieces)
    expected = [b"> " + line for line in written.removesuffix(b"\n").split(b"\n")] if written else []
    assert lines == [*expected, b""]


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        ("target/debug/orchestrator --port 1", "orchestrator"),
        ("python app.py", "app"),
        ("/usr/bin/python3.11 -X dev ./shop/api.py x", "api"),
        ("python -m uvicorn shop:app", "uvicorn"),
        ("python -c pass", "python"),
        ("node --watch server.js", "server"),
        ("cargo run -p shop", "cargo"),
        ("./start.sh", "start"),
    ],
)
def test_a_command_is_called_after_its_program(argv: str, name: str) -> None:
    assert name_of(argv.split()) == name


def test_what_the_environment_names_goes_before() -> None:
    resource = {"OTEL_RESOURCE_ATTRIBUTES": "a=b,service.name=my%20shop"}
    assert service_of(["x"], resource) == "my shop"
    assert service_of(["x"], {**resource, "OTEL_SERVICE_NAME": "shop"}) == "shop"


def test_a_python_script_is_instrumented_by_the_python_it_names(tmp_path: Path) -> None:
    for name in ("python3", "opentelemetry-instrument"):
        (tmp_path / name).touch(0o755)
    script = tmp_path / "serve"
    script.write_text(f"#!{tmp_path / 'python3'}\n")
    script.chmod(0o755)
    made = instrumented(Command((str(script), "x"), {}, 0o22))
    assert made.argv == (str(tmp_path / "opentelemetry-instrument"), str(script), "x")


def test_a_python_that_a_script_only_names_is_looked_for_where_the_command_looks(tmp_path: Path) -> None:
    for name in ("python3", "opentelemetry-instrument"):
        (tmp_path / name).touch(0o755)
    script = tmp_path / "serve"
    script.write_text("#!/usr/bin/env python3\n")
    script.chmod(0o755)
    made = instrumented(Command((str(script),), {"PATH": str(tmp_path)}, 0o22))
    assert made.argv == (str(tmp_path / "opentelemetry-instrument"), str(script))


def test_a_folder_that_is_not_there_has_no_instrumentation(tmp_path: Path) -> None:
    need("node")
    command = Command(("node", "server.js"), {"PATH": os.environ["PATH"]}, 0o22, str(tmp_path / "nowhere"))
    with pytest.raises(NotReady, match="nowhere"):
        instrumented(command)


def test_a_node_program_registers_the_instrumentation_beside_its_own_options(tmp_path: Path) -> None:
    need("node")
    package = tmp_path / "node_modules" / "@opentelemetry" / "auto-instrumentations-node"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "@opentelemetry/auto-instrumentations-node"}')
    (package / "register.js").touch()
    environment = {"PATH": os.environ["PATH"], "NODE_OPTIONS": "--no-warnings"}
    made = instrumented(Command(("node", "server.js"), environment, 0o22, str(tmp_path)))
    register = "@opentelemetry/auto-instrumentations-node/register"
    assert made.environment["NODE_OPTIONS"] == f"--no-warnings --require {register}"
