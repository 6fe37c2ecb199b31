"""Every indicator that is there without settings: the table of requirement R24, and what else goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.signals.catalogue.changes import CHANGES
from phoenix_dev.signals.catalogue.hosts import HOSTS
from phoenix_dev.signals.catalogue.services import SERVICES
from phoenix_dev.signals.catalogue.stack import STACK

if TYPE_CHECKING:
    from phoenix_dev.signals.indicator import Indicator

__all__ = ["BY_NAME", "INDICATORS"]

INDICATORS: tuple[Indicator, ...] = (*SERVICES, *HOSTS, *STACK, *CHANGES)
BY_NAME = {indicator.name: indicator for indicator in INDICATORS}
