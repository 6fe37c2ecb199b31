"""A request as a waterfall: every service on one time axis, with its errors and logs in place."""

from __future__ import annotations

from phoenix_dev.render.waterfall.request import render_request

__all__ = ["render_request"]
