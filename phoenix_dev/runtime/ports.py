"""Which port a receiver gets: the one the user named and no other, else the usual one or the next that is free."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from phoenix_dev.settings import Settings

Bound = TypeVar("Bound")

#: How far above the usual port a free one is looked for.
_REACH = 100
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class WantedPort:
    """A port for one receiver. `named` by the user: it or nothing. Its `flag` is empty where only a `setting` names it.

    `before` is where it listened when the stack last ran (0: it did not): applications still send there.
    """

    what: str
    flag: str
    number: int
    named: bool = False
    before: int = 0
    setting: str = ""

    @classmethod
    def of(cls, settings: Settings, name: str, what: str, before: int = 0) -> Self:
        """The one that the setting `ports.<name>` asks for."""
        from phoenix_dev.settings import KEYS

        (key,) = (key for key in KEYS if key.name == f"ports.{name}")
        number: int = getattr(settings.ports, name)
        return cls(what, key.flag, number, settings.chosen(key.name), before, name)

    def candidates(self) -> Iterator[int]:
        """The ports to try, best first."""
        if self.named:
            yield self.number
            return
        if self.before:
            yield self.before
        yield from range(self.number, min(self.number + _REACH, _LAST_PORT + 1))

    def moved_to(self, port: int) -> str:
        """What to tell the user about the port that it became; empty when it is the one that was wanted."""
        if port == self.number:
            return ""
        if port == self.before:
            return f"{self.what} stays on {port}, where it was"
        return f"port {self.number} is taken: {self.what} listens on {port}"

    def refused(self, error: OSError) -> NotReady:
        """What to tell the user about the port that was named and is not to be had."""
        known = {errno.EADDRINUSE: "is taken by another process", errno.EACCES: "is reserved for root"}
        why = known.get(error.errno or 0, f"cannot be used: {error.strerror}")
        return NotReady(f"port {self.number}, named for {self.what}, {why}", hint=self.way_out(some_free_port()))

    def way_out(self, port: int) -> str:
        """What to type to have it on another port."""
        if self.flag:
            return f"phoenix-dev up {self.flag} {port}"
        return f"PHOENIX_DEV_PORTS_{self.setting.upper()}={port} phoenix-dev up"


async def bind_first_free(wanted: WantedPort, bind: Callable[[int], Awaitable[Bound]]) -> Bound:
    """What `bind` returns for the first port it can have.

    `bind` raises OSError for a port that is not to be had. Raises NotReady when the named port is not to be had, or
    none is left.
    """
    for port in wanted.candidates():
        try:
            return await bind(port)
        except OSError as error:
            if wanted.named:
                raise wanted.refused(error) from error
    raise NotReady(
        f"no port from {wanted.number} to {wanted.number + _REACH - 1} is free for {wanted.what}",
        hint=wanted.way_out(some_free_port()),
    )


def some_free_port() -> int:
    """A port of 127.0.0.1 that nobody has at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
