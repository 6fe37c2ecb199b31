"""What is told while the stack starts."""

from __future__ import annotations

import io

from phoenix_dev.render.output import Output
from phoenix_dev.render.progress import StartProgress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def told_to(stderr: io.StringIO) -> StartProgress:
    return StartProgress(Output(stdout=io.StringIO(), stderr=stderr, environ={"TERM": "xterm", "COLUMNS": "80"}))


def test_a_line_a_part_and_the_last_words_of_one_that_failed() -> None:
    stderr = io.StringIO()
    progress = told_to(stderr)
    progress.ready("collector", 1.94)
    progress.failed("loki", "its container ended", ("bad \x1b[31mconfig", "[bold]bye[/]"))
    assert stderr.getvalue().splitlines() == [
        "✓ collector      1.9 s",
        "✗ loki          its container ended",
        "  │ bad \\x1b[31mconfig",
        "  │ [bold]bye[/]",
    ]


def test_in_a_pipe_an_image_is_told_once() -> None:
    stderr = io.StringIO()
    progress = told_to(stderr)
    for done in (0, 10, 20):
        progress.pulling("grafana/loki:3.7.8", done, 20)
    progress.pulled("grafana/loki:3.7.8")
    progress.pulls_ended()
    assert stderr.getvalue() == "pulling grafana/loki:3.7.8\n"


def test_on_a_terminal_every_image_has_a_bar_and_the_cursor_comes_back() -> None:
    stderr = Terminal()
    progress = told_to(stderr)
    progress.pulling("grafana/loki:3.7.8", 5_000_000, 20_000_000)
    progress.pulling("prom/prometheus:v3.16.0", 0, 0)
    progress.pulled("grafana/loki:3.7.8")
    progress.pulls_ended()
    drawn = stderr.getvalue()
    assert "grafana/loki:3.7.8" in drawn
    assert "prom/prometheus:v3.16.0" in drawn
    assert drawn.rindex("\x1b[?25h") > drawn.rindex("\x1b[?25l"), "the cursor is shown again"
