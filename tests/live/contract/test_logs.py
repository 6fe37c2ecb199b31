"""What every LogStore promises, on the stack."""

from tests.contract.test_logs import *  # noqa: F403 - the suite itself
