"""Where output goes and what it may contain there."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys

import pytest
from rich.text import Text

from phoenix_dev.render.output import PIPED_WIDTH, Output, json_text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_no_colour_and_no_cut() -> None:
    output = Output(stdout=io.StringIO(), environ={"TERM": "xterm-256color"})
    assert (output.colour, output.clip, output.width) == (False, False, PIPED_WIDTH)


@pytest.mark.parametrize(
    ("environ", "no_color", "colour"),
    [
        ({"TERM": "xterm"}, False, True),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, False, True),
        ({"TERM": "xterm", "NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"TERM": "xterm", "FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_on_a_terminal(environ: dict[str, str], no_color: bool, colour: bool) -> None:
    assert Output(no_color=no_color, stdout=Terminal(), environ=environ).colour is colour


@pytest.mark.parametrize(("value", "colour"), [("1", True), ("0", False), ("", False)])
def test_colour_can_be_forced_into_a_pipe(value: str, colour: bool) -> None:
    assert Output(stdout=io.StringIO(), environ={"FORCE_COLOR": value}).colour is colour


@pytest.mark.parametrize(("columns", "width"), [("132", 132), ("0", PIPED_WIDTH), ("x", PIPED_WIDTH), ("7", 40)])
def test_columns_is_honoured(columns: str, width: int) -> None:
    assert Output(stdout=io.StringIO(), environ={"COLUMNS": columns}).width == width


def test_the_width_of_a_real_terminal_is_found() -> None:
    leader, follower = pty.openpty()
    try:
        import fcntl
        import struct
        import termios

        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 93, 0, 0))
        with os.fdopen(os.dup(follower), "w") as stream:
            output = Output(stdout=stream, environ={"TERM": "xterm"})
            assert (output.width, output.clip, output.colour) == (93, True, True)
    finally:
        os.close(leader)
        os.close(follower)


def test_markup_emoji_and_urls_are_just_text() -> None:
    stream = io.StringIO()
    Output(stdout=stream, environ={"FORCE_COLOR": "1"}).lines([Text("[bold]x[/] :smile: http://a 12 'q'")])
    assert stream.getvalue() == "[bold]x[/] :smile: http://a 12 'q'\n"


def test_styles_are_printed_only_with_colour() -> None:
    for environ, expected in (({"FORCE_COLOR": "1"}, "\x1b[1;31mx\x1b[0m\n"), ({}, "x\n")):
        stream = io.StringIO()
        Output(stdout=stream, environ=environ).lines([Text("x", "bold red")])
        assert stream.getvalue() == expected


def test_long_lines_are_never_wrapped() -> None:
    stream = Terminal()
    Output(stdout=stream, environ={"COLUMNS": "40", "TERM": "xterm"}).lines([Text("word " * 50)])
    assert stream.getvalue().count("\n") == 1


def test_a_stream_that_knows_no_blocks_gets_ascii_of_the_same_width() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="")
    Output(stdout=stream, environ={}).lines([Text("└ op ▐██▌ ✗ 1.2 s é…"), "plain"])
    stream.seek(0)
    assert stream.read() == "` op #### x 1.2 s \\xe9.\nplain\n"


def test_data_goes_to_stdout_and_talk_to_stderr() -> None:
    out, err = io.StringIO(), io.StringIO()
    output = Output(stdout=out, stderr=err, environ={})
    output.lines(["data"])
    output.json_line({"a": 1})
    output.json({"b": []})
    output.talk("a hint")
    assert out.getvalue() == 'data\n{"a":1}\n{\n  "b": []\n}\n'
    assert err.getvalue() == "a hint\n"


def test_talk_shows_what_it_quotes_and_obeys_nothing_of_it() -> None:
    err = io.StringIO()
    output = Output(stderr=err, environ={})
    output.talk("Loki answered 500: \x1b[2J\r\u202egnp\udcff\nhint: rm -rf ~", "✓ plain")
    assert err.getvalue() == "Loki answered 500: \\x1b[2J\\r\\u202egnp\\udcff\\nhint: rm -rf ~\n✓ plain\n"


@pytest.mark.parametrize(("stream", "edge"), [(io.StringIO, ""), (Terminal, "\r")])
def test_an_aside_begins_and_ends_where_the_terminal_of_another_command_does(
    stream: type[io.StringIO], edge: str
) -> None:
    err = stream()
    Output(stderr=err, environ={"TERM": "xterm"}).aside("gone: \x1b[2J\n")
    assert err.getvalue() == f"{edge}gone: \\x1b[2J\\n{edge}\n"


def test_json_holds_no_control_character() -> None:
    assert json_text("\x7f\x9b\x1b\u202e\ud800\\\x7f") == '"\\u007f\\u009b\\u001b\\u202e\\ud800\\\\\\u007f"'


def test_a_reader_that_goes_away_is_told_to_the_caller() -> None:
    read, write = os.pipe()
    os.close(read)
    with pytest.raises(BrokenPipeError), os.fdopen(write, "w") as stream:
        Output(stdout=stream, environ={}).lines(["x"])


@pytest.mark.parametrize(
    ("statements", "left_out"),
    [
        ("from phoenix_dev.render.output import Output; Output().json({})", ["rich"]),
        ("import phoenix_dev.render.jsonout", ["rich"]),
        (
            "import phoenix_dev.render.waterfall, phoenix_dev.render.story",
            ["rich.console", "rich.table", "rich.markdown"],
        ),
    ],
)
def test_what_is_not_needed_is_not_imported(statements: str, left_out: list[str]) -> None:
    code = f"{statements}; import sys; sys.exit(str([m for m in {left_out!r} if m in sys.modules]))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert ended.stderr.strip() == "[]"
