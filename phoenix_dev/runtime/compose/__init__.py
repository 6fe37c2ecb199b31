"""The compose runtime: the real stack in containers, on one Docker engine."""
