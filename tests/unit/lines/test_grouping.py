"""Stack traces are one record, with the line that was logged with them; everything else is a record a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.lines.grouping import MOST_LINES, Grouper
from phoenix_dev.lines.parse import parse

PYTHON = """\
Traceback (most recent call last):
  File "shop/http.py", line 12, in handle
    raise KeyError("user")
KeyError: 'user'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "shop/http.py", line 14, in handle
    raise shop.errors.Refused("no user")
shop.errors.Refused: no user"""
JAVA = """\
java.lang.IllegalStateException: no user
\tat com.shop.Http.handle(Http.java:12)
\tat com.shop.Http.main(Http.java:3)
Caused by: java.lang.NullPointerException: user
\tat com.shop.Users.find(Users.java:7)
\t... 2 more"""
NODE = """\
TypeError: no user
    at handle (/shop/http.js:12:9)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {
  code: 'E_USER'
}"""
RUST = """\
thread 'tokio-runtime-worker' panicked at src/http.rs:12:9:
no user
stack backtrace:
   0: rust_begin_unwind
             at /rustc/library/std/src/panicking.rs:645:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace."""
OLD_RUST = "thread 'main' panicked at 'no user', src/http.rs:12:9"
GO = """\
panic: no user

goroutine 1 [running]:
main.handle(0x1, {0x2, 0x3})
\t/shop/http.go:12 +0x1d
main.main()
\t/shop/main.go:3 +0x17
exit status 2"""

TRACES = {
    "Python": (PYTHON, "shop.errors.Refused", "no user"),
    "Java": (JAVA, "java.lang.IllegalStateException", "no user"),
    "Node": (NODE, "TypeError", "no user"),
    "Rust": (RUST, "panic", "no user"),
    "older Rust": (OLD_RUST, "panic", "no user"),
    "Go": (GO, "panic", "no user"),
}


def groups(text: str) -> list[str]:
    grouper = Grouper()
    made = [group.text for line in text.split("\n") for group in grouper.feed(line)]
    return made + [group.text for group in grouper.flush()]


@pytest.mark.parametrize("language", TRACES)
def test_a_stack_trace_is_one_record_that_names_its_exception(language: str) -> None:
    trace, kind, message = TRACES[language]
    assert groups(f"before\n{trace}\nafter") == ["before", trace, "after"]
    record = parse(trace)
    assert record.attributes == {
        "exception.type": kind,
        "exception.message": message,
        "exception.stacktrace": trace,
    }
    assert record.message == trace
    assert record.severity >= 17


@pytest.mark.parametrize("trace", [PYTHON, JAVA, NODE], ids=["Python", "Java", "Node"])
def test_a_stack_trace_belongs_to_the_error_logged_before_it(trace: str) -> None:
    text = f"2026-01-02T03:04:05Z ERROR request failed\n{trace}"
    assert groups(f"{text}\nafter") == [text, "after"]
    record = parse(text)
    assert record.message == f"request failed\n{trace}"
    assert record.attributes["exception.stacktrace"] == trace


@pytest.mark.parametrize("trace", [RUST, GO], ids=["Rust", "Go"])
def test_a_crash_is_no_part_of_what_was_logged_before_it(trace: str) -> None:
    assert groups(f"ERROR: request failed\n{trace}") == ["ERROR: request failed", trace]


def test_lines_that_only_look_like_an_exception_stay_alone() -> None:
    lines = ["ERROR: request failed", "Hello", "Total: 5", "ValueError: none", "  indented", "{", "}", "INFO x", "\tat"]
    assert groups("\n".join(lines)) == lines


def test_a_json_line_ends_whatever_was_held_back() -> None:
    assert groups('Traceback (most recent call last):\n  File\n{"msg":"x"}') == [
        "Traceback (most recent call last):\n  File",
        '{"msg":"x"}',
    ]


def test_a_stack_trace_without_an_end_is_cut_into_pieces() -> None:
    endless = ["Error: x", *("    at a",) * (3 * MOST_LINES)]
    made = groups("\n".join(endless))
    assert max(text.count("\n") for text in made) < MOST_LINES
    assert "\n".join(made).split("\n") == endless


def test_the_end_of_a_group_is_that_of_its_last_line() -> None:
    grouper = Grouper()
    lines = ["ERROR: a", "Foo: b", "", "c"]
    made = [group for at, line in enumerate(lines) for group in grouper.feed(line, at)]
    assert [(group.text, group.end) for group in made] == [("ERROR: a", 0), ("Foo: b", 1), ("c", 3)]
    assert not grouper.holds


_LINES = st.sampled_from(
    [*PYTHON.split("\n"), *JAVA.split("\n"), *RUST.split("\n"), *GO.split("\n"), "ERROR: x", '{"msg":1}']
)


@given(st.lists(_LINES | st.text(st.characters(exclude_characters="\n\x1b"), max_size=20), max_size=40))
def test_no_line_is_lost_repeated_or_moved(lines: list[str]) -> None:
    made = [line for text in groups("\n".join(lines)) for line in text.split("\n")]
    assert [line for line in made if line.strip()] == [line for line in lines if line.strip()]
