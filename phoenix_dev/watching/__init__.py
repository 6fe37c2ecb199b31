"""The process beside the engine that makes series of the telemetry, and evaluates the rules of alerts on them.

    telemetry.db ─▶ tail ─▶ spans, logs, points ─▶ signals.db ─▶ rules ─▶ alerts ─▶ channels or the inbox
    this machine, health of services, the engine ───▲

It shares nothing with the engine but the file, which it reads as any command does.
"""
