"""What telemetry is, as frozen values. Imports nothing else of this package."""
