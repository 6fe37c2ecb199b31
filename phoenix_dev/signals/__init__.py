"""Each indicator once, as data, and what is made of it: rules of Prometheus and Loki, their tests, what dashboards ask,
and what the embedded engine evaluates.
"""
