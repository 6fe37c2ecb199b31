"""What takes telemetry in: starting, stopping and asking it. Here the embedded engine, one background process."""
