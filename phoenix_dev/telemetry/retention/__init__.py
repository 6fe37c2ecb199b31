"""Retention of the embedded store: what is too old or too much goes, while ingest goes on.

    keeper.py   a thread of the engine: looks once a second ── aged.py: what is too old
                                                            ── room.py: whose oldest goes; weighing.py: who has most
    remover.py  has the writer remove it, a few hundred traces a transaction ── removal.py: the statements
    upkeep.py   what follows later: IDs of what is gone, and pages given back to the disk

Whole traces go, with their logs, once nothing of them has arrived for a minute. By age: traces, traces with an error,
logs without a trace, and metrics each have theirs. By size: the oldest of the service that has most, until another one
has more; traces with an error go last, unless they fill more than half (one failing service would else leave no room
for anything new).
"""
