"""What services print that know nothing of OTLP: log files, and the output of containers. `phoenix_dev.logfiles` is the
process that follows both.

    discover.py ─▶ follower.py (a file) ─▶ lines/ ─▶ gatherer.py ─▶ stacks.py ──OTLP and positions──▶ the stack
                   containers/          ─▶ lines/ ─▶ containers/gatherer.py ─▶

How far each source has been read is kept in the store, in the transaction that keeps what was read from it: whatever
dies when, each line is kept once. A position belongs to a file, not to its name: `position.py`. How it goes is written
down for `status`: `reading.py`.
"""

#: The variable by which the engine tells its reader the secret that moves positions (receiver/positions.py).
TOKEN_VARIABLE = "PHOENIX_DEV_READER_TOKEN"  # noqa: S105 - its name
#: Held, in the project's state folder, by a reader that is nobody's child.
LOCK_FILE = "reader.lock"
