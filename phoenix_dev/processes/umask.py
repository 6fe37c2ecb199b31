"""The file mode mask of who typed the command. Our own files are for the user alone; those of a command that is run for
the user are not ours.
"""

from __future__ import annotations

import os

_users: int | None = None


def keep_to_ourselves() -> None:
    """From now on what this process creates is for its user alone."""
    global _users
    before = os.umask(0o077)
    if _users is None:
        _users = before


def users_umask() -> int:
    """The mask before that."""
    if _users is not None:
        return _users
    now = os.umask(0o077)
    os.umask(now)
    return now
