"""What every MetricStore and ServiceStore promises, on the stack."""

from tests.contract.test_metrics_and_services import *  # noqa: F403 - the suite itself
