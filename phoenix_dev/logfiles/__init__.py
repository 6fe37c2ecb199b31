"""Log files that the embedded engine follows: `phoenix_dev.logfiles` is a process beside the engine.

    discover.py ─▶ follower.py (a file) ─▶ lines/ ─▶ gatherer.py ─▶ engine.py ──OTLP and positions──▶ the engine

How far a file has been read is kept in the store, in the transaction that keeps what was read from it: whatever dies
when, each line is kept once. A position belongs to a file, not to its name: `position.py`.
"""
