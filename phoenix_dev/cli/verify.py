"""`phoenix-dev verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from phoenix_dev.cli.context import AppContext, pass_app
from phoenix_dev.cli.group import command
from phoenix_dev.cli.options import json_option, runtime_option
from phoenix_dev.cli.types import Finite
from phoenix_dev.errors import ExpectationFailed

if TYPE_CHECKING:
    from phoenix_dev.model.proof import Proof

_PATIENCE_S = 30.0


@command(examples=["phoenix-dev verify", "phoenix-dev verify --timeout 60 --json"])
@click.option(
    "--timeout",
    "timeout_s",
    type=Finite(min=0.1),
    default=_PATIENCE_S,
    show_default=True,
    metavar="SECONDS",
    help="Until when everything must have arrived.",
)
@runtime_option
@json_option
@pass_app
def verify(app: AppContext, *, timeout_s: float, as_json: bool) -> None:
    """Prove from end to end that the stack works.

    Sends a request that nobody made (two spans, a log, a measurement with an exemplar) of the service
    phoenix-dev-verify, over HTTP and gRPC; waits until each is where it belongs, counted and found by each of its IDs,
    and says how long that took; then goes every way from one signal to the other. The exit status is 4 when one of it
    is not so.
    """
    from phoenix_dev.model.proof import Proof
    from phoenix_dev.proving.synthetic import Synthetic
    from phoenix_dev.render.verify import hop_line, proof_json
    from phoenix_dev.usecases.verify import Verification

    endpoints = app.runtime().endpoints()
    sent = Synthetic(failed=not app.stores().traces.capabilities.unsampled)
    hops = []
    for hop in Verification(endpoints, app.stores, sent, timeout_s).hops():
        hops.append(hop)
        if not as_json:
            app.output.lines([hop_line(hop, width=app.output.width, clip=app.output.clip)])
    proof = Proof(sent.trace_id, sent.correlation_id, sent.request_id, tuple(hops))
    if as_json:
        app.output.json(proof_json(proof))
    _leave(app, proof)


def _leave(app: AppContext, proof: Proof) -> None:
    """Raises what the exit status is to say, and tells the way out of each failure."""
    for hop in proof.failed[1:]:
        app.output.talk(f"✗ {hop.what}: {hop.detail}", app.output.again(f"  {hop.hint}"))
    if proof.failed:
        first = proof.failed[0]
        raise ExpectationFailed(f"{first.what}: that is not so, {first.detail}", hint=first.hint)
