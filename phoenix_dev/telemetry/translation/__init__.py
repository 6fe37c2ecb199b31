"""OTLP metrics → the series that Prometheus makes of them at its OTLP endpoint, set up as in compose/prometheus: names
by UnderscoreEscapingWithSuffixes, the same resource attributes promoted, zeros where counting began.

An expression so means the same on both runtimes.
"""
