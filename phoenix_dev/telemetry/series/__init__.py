"""signals.db: series as Prometheus would name them, kept beside the telemetry that they were made of.

Everything in it is derived: its one writer is the process that watches (phoenix_dev/watching), and a file that cannot
be used is begun anew.
"""
