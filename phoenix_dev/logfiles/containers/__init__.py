"""The output of containers, by name, as the Docker engine keeps it, read through its API.

    gatherer.py (which containers there are) ─▶ follower.py (one of them) ─▶ stream.py (its output as it comes)

A position belongs to a container, not to its name: a recreated one is read from its beginning.
"""
