"""The evaluator and the names of series against Prometheus itself, over the same series and exports."""
