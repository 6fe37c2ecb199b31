"""Prometheus: metrics, and what is known of services from them."""
