"""`python -m tools.rules`: write the rules, and remove those that are no longer made."""

from __future__ import annotations

from pathlib import Path

from tools.rules.write import write_all

if __name__ == "__main__":
    write_all(Path(__file__).resolve().parents[2] / "provisioning")
