"""Alerts of the real stack: Prometheus and Loki evaluate them, Alertmanager sends them, the inbox takes them."""
