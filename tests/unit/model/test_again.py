"""A command line that is suggested is about the stack that was asked about."""

from __future__ import annotations

import pytest

from phoenix_dev.cli.root import root
from phoenix_dev.model.again import TAKE_RUNTIME, again

BOTH = {"project": "shop", "runtime": "compose"}


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("phoenix-dev status", "phoenix-dev --project shop status --runtime compose"),
        ("phoenix-dev demo start", "phoenix-dev --project shop demo start"),
        (
            "phoenix-dev down && phoenix-dev up",
            "phoenix-dev --project shop down --runtime compose && phoenix-dev --project shop up --runtime compose",
        ),
        ("phoenix-dev up --runtime embedded", "phoenix-dev --project shop up --runtime embedded"),
        ("phoenix-dev --project other down", "phoenix-dev --project other down"),
        ("A=1 phoenix-dev up", "A=1 phoenix-dev --project shop up --runtime compose"),
        ('eval "$(phoenix-dev env)"', 'eval "$(phoenix-dev --project shop env --runtime compose)"'),
        ("phoenix-dev logs --help", "phoenix-dev logs --help"),
        ("phoenix-dev --help", "phoenix-dev --help"),
        ("pip install --upgrade phoenix-dev", "pip install --upgrade phoenix-dev"),
        ("cat '/home/phoenix-dev logs/x'", "cat '/home/phoenix-dev logs/x'"),
        (
            "phoenix-dev trace 'a; phoenix-dev up & b'",
            "phoenix-dev --project shop trace --runtime compose 'a; phoenix-dev up & b'",
        ),
        ("", ""),
    ],
)  # fmt: skip
def test_the_flags_are_put_where_they_are_taken(line: str, completed: str) -> None:
    assert again(line, BOTH) == completed
    assert again(line, {}) == line


def test_each_flag_comes_by_itself() -> None:
    assert again("phoenix-dev status", {"project": "shop"}) == "phoenix-dev --project shop status"
    assert again("phoenix-dev status", {"runtime": "embedded"}) == "phoenix-dev status --runtime embedded"


def test_what_only_up_takes_is_not_put_elsewhere() -> None:
    assert again("phoenix-dev up", {"runtime": "auto"}) == "phoenix-dev up"


def test_a_name_that_a_shell_would_take_apart_is_quoted() -> None:
    assert again("phoenix-dev up", {"project": "a b"}) == "phoenix-dev --project 'a b' up"


def test_the_commands_that_take_a_runtime_are_known() -> None:
    takes = {name for name, one in root.commands.items() if any(p.name == "runtime" for p in one.params)}
    assert takes == TAKE_RUNTIME & set(root.commands)
