"""The command group: its help, its suggestions, and the one place where errors become sentences and exit statuses."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from phoenix_dev import __version__
from phoenix_dev.cli.group import RootGroup, command
from phoenix_dev.cli.root import SECTIONS, root
from phoenix_dev.errors import ExpectationFailed, NotFound, NotReady, PhoenixDevError, UsageError
from tests.examples import calls_in, read_by_the_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Invoke
    from tests.running import CommandLine


def every_command(at: click.Command = root, path: str = "phoenix-dev") -> Iterator[tuple[str, click.Command]]:
    """Each command with the words that lead to it."""
    yield path, at
    if isinstance(at, click.Group):
        for name, below in at.commands.items():
            yield from every_command(below, f"{path} {name}")


COMMANDS = dict(every_command())


def raising(error: BaseException) -> RootGroup:
    @command(examples=["tried fail"])
    def fail() -> None:
        raise error

    return RootGroup("tried", sections=[("Tried", [fail])])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PhoenixDevError("it failed"), 1),
        (NotFound("there is none"), 1),
        (UsageError("it is wrong"), 2),
        (NotReady("it is down"), 3),
        (ExpectationFailed("it is not so"), 4),
    ],
)
def test_an_error_is_a_sentence_a_hint_and_its_exit_status(error: PhoenixDevError, code: int) -> None:
    error.hint = "phoenix-dev up"
    ran = CliRunner().invoke(raising(error), ["fail"], catch_exceptions=False)
    assert (ran.exit_code, ran.stdout, ran.stderr) == (code, "", f"error: {error.message}\nhint: phoenix-dev up\n")


def test_an_error_without_a_hint_is_one_line() -> None:
    ran = CliRunner().invoke(raising(NotFound("there is none")), ["fail"], catch_exceptions=False)
    assert ran.stderr == "error: there is none\n"


def test_whatever_an_error_quotes_is_shown_escaped() -> None:
    hostile = "no \x1b[31mred\x1b[0m, no\nnew line, no \x00, no \u202eright to left, no [bold]markup, no \udc80"
    ran = CliRunner().invoke(raising(NotFound(hostile, hint=hostile)), ["fail"], catch_exceptions=False)
    assert len(ran.stderr.splitlines()) == 2
    assert all(line.isprintable() for line in ran.stderr.splitlines())
    assert "[bold]markup" in ran.stderr


def test_an_unexpected_error_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        CliRunner().invoke(raising(ZeroDivisionError()), ["fail"], catch_exceptions=False)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_130_and_silent(error: BaseException) -> None:
    ran = CliRunner().invoke(raising(error), ["fail"], catch_exceptions=False)
    assert (ran.exit_code, ran.output) == (130, "")


def as_process(body: str) -> list[str]:
    """A command whose body this is, as a process of its own."""
    program = (
        "from phoenix_dev.cli.group import RootGroup, command\n"
        "@command(examples=['tried fail'])\n"
        f"def fail():\n    {body}\n"
        "RootGroup('tried', sections=[('Tried', [fail])])(prog_name='tried')\n"
    )
    return [sys.executable, "-c", program, "fail"]


def test_ctrl_c_ends_a_real_process_with_130_and_without_a_traceback() -> None:
    body = "import sys; print('up', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        as_process(body), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=10)
    assert (process.returncode, stderr) == (130, b"")


@pytest.mark.parametrize("lines", [1, 100_000], ids=["within the buffer", "beyond the buffer"])
def test_a_reader_that_went_away_is_no_error(lines: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        as_process(f"[print('line') for _ in range({lines})]"), stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (141, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.parametrize("lines", [1, 100_000], ids=["within the buffer", "beyond the buffer"])
def test_a_full_disk_under_stdout_is_a_sentence(lines: int) -> None:
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(
            as_process(f"[print('line') for _ in range({lines})]"), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ran.returncode == 1
    assert ran.stderr.startswith(b"error: the output cannot be written: no space left on the device\n")
    assert b"Traceback" not in ran.stderr


def test_a_closed_stdout_is_no_error(run_cli: CommandLine) -> None:
    argv = shlex.join([*run_cli.argv, "config"])
    ran = subprocess.run(["sh", "-c", f"{argv} >&-"], stderr=subprocess.PIPE, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_mistyped_command_is_answered_with_the_nearest(run_cli: CommandLine) -> None:
    ran = run_cli("confg")
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr == "error: 'phoenix-dev' has no command 'confg'\nhint: phoenix-dev config\n"


def test_a_word_like_no_command_is_answered_with_the_help(invoke: Invoke) -> None:
    assert invoke("qqqqqq").stderr.endswith("hint: phoenix-dev --help\n")


@pytest.mark.parametrize(
    ("args", "words", "help_of"),
    [
        (["--nonsense"], "--nonsense", "phoenix-dev"),
        (["config", "--jsn"], "--json", "phoenix-dev config"),
        (["config", "word"], "unexpected extra argument", "phoenix-dev config"),
        (["env", "--shell", "tcsh"], "'tcsh'", "phoenix-dev env"),
    ],
)
def test_wrong_usage_is_one_sentence_and_2(invoke: Invoke, args: list[str], words: str, help_of: str) -> None:
    ran = invoke(*args)
    error, hint = ran.stderr.splitlines()
    assert ran.exit_code == 2
    assert words in error
    assert hint == f"hint: {help_of} --help"


def test_a_wrong_project_is_a_sentence(invoke: Invoke) -> None:
    ran = invoke("--project", "Not This", "config")
    assert (ran.exit_code, ran.stderr.startswith("error: --project is 'Not This', but has to be ")) == (2, True)


def test_the_version_is_that_of_the_package(run_cli: CommandLine) -> None:
    ran = run_cli("--version")
    assert (ran.code, ran.stdout) == (0, f"phoenix-dev {__version__}\n")


def test_without_a_command_it_shows_its_help(invoke: Invoke) -> None:
    assert invoke().stdout == invoke("--help").stdout == invoke("-h").stdout
    assert invoke().exit_code == 0


def test_the_help_lists_every_command_under_its_section_in_order(invoke: Invoke) -> None:
    shown = invoke("--help").stdout
    places = [shown.index(f"\n{title}:\n") for title, _ in SECTIONS]
    assert places == sorted(places)
    for (_, commands), start, end in zip(SECTIONS, places, [*places[1:], len(shown)], strict=True):
        found = [re.search(rf"\n  {one.name}  +\S", shown[start:end]) for one in commands]
        assert all(found), f"{[one.name for one in commands]} not all in {shown[start:end]}"


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_a_help_of_80_columns_with_an_example(invoke: Invoke, path: str) -> None:
    ran = invoke(*path.split()[1:], "--help")
    assert ran.exit_code == 0
    assert COMMANDS[path].help
    assert re.search(r"\nExamples?:\n  \S", ran.stdout)
    # An example is to be copied, so it stays in one line; everything else fits.
    described = re.split(r"\nExamples?:\n", ran.stdout)[0]
    assert [line for line in described.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(("columns", "widest"), [("60", 60), ("200", 80), ("20", 50), ("0", 80), ("wide", 80)])
def test_the_help_keeps_to_the_columns_there_are(run_cli: CommandLine, columns: str, widest: int) -> None:
    described = run_cli("up", "--help", env={"COLUMNS": columns}).stdout.partition("\nExamples:\n")[0]
    assert max(len(line) for line in described.splitlines()) in range(widest - 14, widest + 1)


@pytest.mark.parametrize("path", COMMANDS)
def test_no_description_in_a_list_of_commands_is_cut(invoke: Invoke, path: str) -> None:
    if not isinstance(COMMANDS[path], click.Group):
        return
    assert "..." not in invoke(*path.split()[1:], "--help").stdout.replace("[ARGS]...", "").replace(
        "COMMAND [ARGS]", ""
    )


EXAMPLES = [(path, line) for path, one in COMMANDS.items() for line in getattr(one, "examples", ())]


@pytest.mark.parametrize(("path", "line"), EXAMPLES)
def test_every_example_is_understood_by_the_command(path: str, line: str) -> None:
    calls = calls_in(line)
    assert calls, f"{line} does not call phoenix-dev"
    for args in calls:
        read_by_the_command(args)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (("--project", "shop", "status", "--runtime", "compose", "--bogus"), "phoenix-dev status --help"),
        (("--project", "shop", "trace", "last"), "phoenix-dev --project shop up"),
        (("--project", "shop", "logs", "--runtime", "embedded"), "phoenix-dev --project shop up --runtime embedded"),
        (("trace", "last", "--runtime", "compose"), "phoenix-dev up --runtime compose"),
        (("--project", "shop", "demo", "traffic"), "phoenix-dev --project shop demo start"),
        (("--project", "shop", "stats"), "phoenix-dev --project shop status"),
        (("--project", "shop", "up", "--runtime", "compose"), "phoenix-dev --project shop up --runtime embedded"),
    ],
)  # fmt: skip
def test_a_hint_is_about_the_stack_that_was_asked_about(invoke: Invoke, typed: tuple[str, ...], hint: str) -> None:
    assert invoke(*typed).stderr.splitlines()[-1] == f"hint: {hint}"


FORMED = {
    path: {param.type.name.upper(): param.type.form for param in one.params if hasattr(param.type, "form")}
    for path, one in COMMANDS.items()
}


@pytest.mark.parametrize("path", [path for path, forms in FORMED.items() if forms])
def test_a_help_says_how_values_are_written(invoke: Invoke, path: str) -> None:
    _, _, values = " ".join(invoke(*path.split()[1:], "--help").stdout.split()).partition(" Values: ")
    for name, form in FORMED[path].items():
        assert f"{name} {form}" in values


def test_what_stands_for_a_time_a_level_and_the_like_is_explained() -> None:
    assert {name for forms in FORMED.values() for name in forms} >= {"DURATION", "TIME", "REGEX", "LEVEL"}


@pytest.mark.parametrize("path", COMMANDS)
def test_a_help_tells_each_default(path: str) -> None:
    for param in COMMANDS[path].params:
        if isinstance(param, click.Option) and isinstance(param.default, int | float) and param.default:
            assert param.show_default, f"{path} {param.opts[-1]} hides its default"
