"""What every TraceStore promises, on the stack."""

from tests.contract.test_traces import *  # noqa: F403 - the suite itself
