"""Each indicator once, as data, and what is made of it: rules of Prometheus and Loki, their tests, the dashboards' queries
and limits, and what the embedded engine evaluates.
"""
