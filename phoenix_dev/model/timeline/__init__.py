"""A trace laid out on one time axis: who stands under whom, whose clock is off, what the request waited on, which bars
share a row. Computed from a trace alone; how it looks is the renderer's business.
"""

from __future__ import annotations

from phoenix_dev.model.timeline.bars import Bar, Gap, Timeline, shifts_of, timeline_of
from phoenix_dev.model.timeline.rows import Row, Rows, rows_of

__all__ = ["Bar", "Gap", "Row", "Rows", "Timeline", "rows_of", "shifts_of", "timeline_of"]
