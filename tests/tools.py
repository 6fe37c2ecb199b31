"""Programs beyond Python that some tests need."""

from __future__ import annotations

import os
import shutil

import pytest


def need(program: str) -> str:
    """Where a program is. Without it the test is skipped; it fails where PHOENIX_TEST_REQUIRE (a,b,…) names it."""
    found = shutil.which(program)
    if found:
        return found
    required = os.environ.get("PHOENIX_TEST_REQUIRE", "").split(",")
    return (
        pytest.fail(f"{program} is required here and not installed")
        if program in required
        else pytest.skip(f"needs {program}")
    )
