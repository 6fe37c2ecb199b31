"""Everything that can go wrong in a way a user can cause or mend.

PhoenixDevError                exit 1   it failed, or it was not found
├── NotFound                   exit 1   an ID or a name that nothing bears
├── UsageError                 exit 2   a flag, a setting, a settings file
├── NotReady                   exit 3   stack down, engine unreachable, port taken, store unreadable
└── ExpectationFailed          exit 4   what the user expected was not met

Raised anywhere below `cli/`, caught only by the command group (cli/group.py). Foreign exceptions (sqlite3, httpx,
OSError) are mapped to these at the edge where they occur, with `raise … from exc`.
"""

from __future__ import annotations


class PhoenixDevError(Exception):
    """One sentence saying what happened and where (URL, file, process); `hint` is what to run or change next."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(PhoenixDevError):
    """Nothing bears the ID or name that was asked for."""


class UsageError(PhoenixDevError):
    """A flag, a variable or a settings file is wrong."""

    exit_code = 2


class NotReady(PhoenixDevError):
    """The environment cannot serve the command: nothing runs, a port is taken, a store cannot be read."""

    exit_code = 3


class ExpectationFailed(PhoenixDevError):
    """The command worked and an expectation that the user gave was not met."""

    exit_code = 4
