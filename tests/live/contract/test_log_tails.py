"""What every LogStore promises about following, on the stack."""

from tests.contract.test_log_tails import *  # noqa: F403 - the suite itself
