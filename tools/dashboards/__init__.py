"""The Grafana dashboards as typed code: `python -m tools.dashboards` writes them to provisioning/grafana/dashboards.

Users get the JSON; this package and grafana-foundation-sdk stay with those who change it. A test holds both in step.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # The SDK advises its second schema, which Grafana 12 does not read from provisioned files.
    warnings.filterwarnings("ignore", "Prefer using dashboardv2", DeprecationWarning)
    import grafana_foundation_sdk.builders.dashboard
    import grafana_foundation_sdk.builders.logs  # noqa: F401
