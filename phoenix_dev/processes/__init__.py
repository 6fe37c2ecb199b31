"""What it takes to start a process that outlives its command, and to know it again later: a lock, a document on disk,
an identity that no other process will have, an environment. Knows nothing of what the processes do, but for a drill:
that one is on, every process that evaluates rules must be able to see.
"""
