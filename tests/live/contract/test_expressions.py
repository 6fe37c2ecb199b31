"""What every MetricStore promises about expressions, on the stack."""

from tests.contract.test_expressions import *  # noqa: F403 - the suite itself
