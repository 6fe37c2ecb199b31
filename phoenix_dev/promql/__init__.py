"""Expressions of PromQL, evaluated over series that somebody keeps. They mean what they mean in Prometheus 3."""
