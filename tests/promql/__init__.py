"""Series and expressions made up from a seed, for what asks our evaluator and Prometheus the same."""
