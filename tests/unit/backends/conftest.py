"""Stores over a backend that answers what the test wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phoenix_dev.backends.endpoints import RemoteEndpoints
from phoenix_dev.backends.http import http_client
from phoenix_dev.backends.open import open_remote_stores
from tests.unit.backends.answering import Answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.backends.http import HttpClient
    from phoenix_dev.stores import Stores


@pytest.fixture
def http() -> Iterator[HttpClient]:
    with http_client(["http://127.0.0.1"]) as client:
        yield client


@pytest.fixture
def backend() -> Iterator[Answering]:
    answering = Answering()
    server = answering.serve()
    yield answering
    server.shutdown()
    server.server_close()


@pytest.fixture
def stores(backend: Answering, http: HttpClient) -> Stores:
    """All three systems are the one that answers."""
    return open_remote_stores(RemoteEndpoints(backend.url, backend.url, backend.url), http)
