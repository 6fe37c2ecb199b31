"""What every TraceStore promises about its search, on the stack."""

from tests.contract.test_trace_search import *  # noqa: F403 - the suite itself
