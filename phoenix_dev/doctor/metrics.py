"""What the stack's Prometheus knows of the stack itself: the last samples of some series."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phoenix_dev.backends.http import Backend, http_client
from phoenix_dev.backends.prometheus.client import PrometheusClient
from phoenix_dev.doctor.examination import Skip
from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.series import Series

#: Prometheus asks each part every 15 s, so these are some samples of each series.
WINDOW_S = 75


def last_samples(prometheus: str, selector: str) -> Sequence[Series]:
    """The samples of the last WINDOW_S seconds, oldest first. Raises Skip when nobody answers at the URL: that is
    another examination's finding.
    """
    now = time.time_ns()
    with http_client([prometheus]) as http:
        try:
            found = PrometheusClient(Backend("Prometheus", prometheus, http)).samples(
                selector, (now - WINDOW_S * 10**9, now)
            )
        except NotReady as error:
            raise Skip("Prometheus, which knows, does not answer") from error
    return [one for one in found if one.samples]
