"""Alerts of the embedded store, which does not keep any yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from phoenix_dev.model.alert import Delivery, RuleState


class NoAlertStore:
    """Implements `AlertStore` by saying that nothing evaluates rules here."""

    def rules(self) -> tuple[RuleState, ...]:
        """See `AlertStore.rules`."""
        _refuse()

    def deliveries(self, since_ns: int) -> tuple[Delivery, ...]:  # noqa: ARG002 - the promise's
        """See `AlertStore.deliveries`."""
        _refuse()


def _refuse() -> NoReturn:
    raise NotReady(
        "the embedded engine does not evaluate alert rules yet; the real stack does",
        hint="phoenix-dev up --runtime compose",
    )
