"""Programs beyond Python, and rights, that some tests need."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def need(program: str) -> str:
    """Where a program is. Without it the test is skipped; it fails where PHOENIX_TEST_REQUIRE (a,b,…) names it."""
    return shutil.which(program) or missing(program, f"needs {program}")


def missing(what: str, why: str) -> NoReturn:
    """Skip this test, or fail it where PHOENIX_TEST_REQUIRE names what it needs."""
    if what in os.environ.get("PHOENIX_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here: {why}")
    pytest.skip(why)
