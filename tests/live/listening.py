"""Where this machine listens, by its own sockets: Docker tells only what it was asked to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Collection


def listening_on(ports: Collection[int]) -> set[str]:
    """The addresses, of IPv4 and of IPv6, on which one of the ports is open for connections."""
    sockets = (one for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN)
    return {str(address) for address, port in (tuple(one.laddr) for one in sockets) if port in ports}
