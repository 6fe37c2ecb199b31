"""`python -m tools.dashboards`: write the dashboards, and remove those that are no longer built."""

from __future__ import annotations

from pathlib import Path

from tools.dashboards.catalogue import write_all

if __name__ == "__main__":
    write_all(Path(__file__).resolve().parents[2] / "provisioning" / "grafana" / "dashboards")
