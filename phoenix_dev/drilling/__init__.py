"""Faults on purpose: which there are, what alert each must lead to, and the telemetry that it takes."""
