"""Which Docker engine there is and whether it answers: asked once, and whoever talks to it is given the answer.

The order is that of the docker command: DOCKER_HOST, DOCKER_CONTEXT, the current context of its configuration, the
default socket. The stack is reached on loopback and mounts files of this machine, so only an engine of this machine
will do. Nothing heavy is imported here: this is asked before anything is decided.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How long an engine of this machine may take to answer a ping before `auto` counts it as absent (seconds).
PROBE_S = 0.1
#: How long it may take once it is known to be wanted (seconds).
_PATIENCE_S = 5.0
#: What says more than we can.
_HINT = "docker info"
_DEFAULT = "unix:///var/run/docker.sock"
_PIECE = 65536
_LONGEST_REFUSAL = 65536
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class DockerEngine:
    """An engine's address as the docker command writes it (`unix:///…`, `tcp://…`), and who named it."""

    url: str
    named_by: str

    def why_not(self, patience_s: float = _PATIENCE_S) -> str:
        """Why this engine cannot be used, as the end of a sentence; empty when it answers within `patience_s`."""
        if unusable := self._unusable():
            return unusable
        try:
            status, _ = self._get("/_ping", patience_s)
        except TimeoutError:
            return f"does not answer within {patience_s:g} s"
        except PermissionError:
            return "may not be used by this user"
        except (OSError, HTTPException) as error:
            return f"does not answer ({_short(error)})"
        return "" if status == 200 else f"answers a ping with the status {status}"

    def require(self) -> None:
        """Raises NotReady when the engine does not answer."""
        if why := self.why_not():
            raise NotReady(f"the Docker engine at {self} {why}", hint="phoenix-dev up --runtime embedded")

    def ask(self, path: str, patience_s: float = _PATIENCE_S) -> Any:
        """What the engine answers on a path of its API, None for 404. Raises NotReady when it does not answer."""
        try:
            status, body = self._get(path, patience_s)
            if status == 404:
                return None
            answer = json.loads(body)
        except (OSError, HTTPException, ValueError) as error:
            raise NotReady(f"the Docker engine at {self} does not answer ({_short(error)})", hint=_HINT) from error
        if status >= 400:
            raise NotReady(f"the Docker engine at {self} answers {status}: {answer.get('message', '')}", hint=_HINT)
        return answer

    def beginning(self, path: str, length: int, patience_s: float = _PATIENCE_S) -> bytes:
        """The first bytes of what the engine answers, however long that is; empty unless the answer is 200. Raises
        NotReady when it does not answer.
        """
        connection = _Connection(self.url, patience_s)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.read(length) if answer.status == 200 else b""
        except (OSError, HTTPException) as error:
            raise NotReady(f"the Docker engine at {self} does not answer ({_short(error)})", hint=_HINT) from error
        finally:
            connection.close()

    def stream(self, path: str, patience_s: float = _PATIENCE_S) -> Stream:
        """An answer that may go on for ever; how long it is silent is not bounded. Raises NotReady when there is none,
        or it is a refusal.
        """
        connection = _Connection(self.url, patience_s)
        try:
            connection.request("GET", path)
            wire = connection.sock
            answer = connection.getresponse()
            if answer.status != 200:
                said = json.loads(answer.read(_LONGEST_REFUSAL)).get("message", "")
                raise NotReady(f"the Docker engine at {self} answers {answer.status}: {said}", hint=_HINT)
            wire.settimeout(None)
        except (OSError, HTTPException, ValueError, AttributeError) as error:
            connection.close()
            raise NotReady(f"the Docker engine at {self} does not answer ({_short(error)})", hint=_HINT) from error
        except NotReady:
            connection.close()
            raise
        return Stream(connection, wire, answer)

    def __str__(self) -> str:
        return f"{self.url} ({self.named_by})"

    def _unusable(self) -> str:
        parts = urlsplit(self.url)
        if parts.scheme == "unix":
            return ""
        if parts.scheme != "tcp":
            return "is not an engine of this machine" if parts.scheme == "ssh" else "has an address of an unknown kind"
        if parts.hostname not in _LOCAL_HOSTS:
            return "is not an engine of this machine"
        return "wants TLS, which is not supported on loopback" if os.environ.get("DOCKER_TLS_VERIFY") else ""

    def _get(self, path: str, patience_s: float) -> tuple[int, bytes]:
        connection = _Connection(self.url, patience_s)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer as it comes."""

    _connection: HTTPConnection
    _wire: socket.socket
    _answer: HTTPResponse

    def read(self) -> bytes:
        """What has come since the last time, once something has; empty at the answer's end. Raises OSError when it
        ends before that.
        """
        try:
            return self._answer.read1(_PIECE)
        except (HTTPException, ValueError) as error:  # ValueError: `interrupt` was faster
            raise ConnectionError(_short(error)) from error

    def interrupt(self) -> None:
        """Have `read` come back, in whichever thread it is."""
        with contextlib.suppress(OSError):
            self._wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of it."""
        self._answer.close()
        self._connection.close()


class _Connection(HTTPConnection):
    """HTTP to an engine, over its Unix socket or TCP."""

    def __init__(self, url: str, patience_s: float) -> None:
        parts = urlsplit(url)
        super().__init__(parts.hostname or "localhost", parts.port or 2375, timeout=patience_s)
        self._socket_path = parts.path if parts.scheme == "unix" else ""
        self._patience_s = patience_s

    def connect(self) -> None:
        """Connect to the Unix socket where the address is one."""
        if not self._socket_path:
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self._patience_s)
        self.sock.connect(self._socket_path)


def resolve_engine(environ: Mapping[str, str] | None = None) -> DockerEngine:
    """The engine that the docker command would talk to. Raises NotReady when it names a context that is not there."""
    given = os.environ if environ is None else environ
    if host := given.get("DOCKER_HOST"):
        return DockerEngine(host, "DOCKER_HOST")
    folder = Path(given.get("DOCKER_CONFIG") or Path(given.get("HOME") or Path.home()) / ".docker")
    context = given.get("DOCKER_CONTEXT") or _json(folder / "config.json").get("currentContext") or "default"
    if context == "default":
        return DockerEngine(_DEFAULT, "the default socket")
    meta = folder / "contexts" / "meta" / sha256(str(context).encode()).hexdigest() / "meta.json"
    try:
        url = str(_json(meta)["Endpoints"]["docker"]["Host"])
    except (KeyError, TypeError) as error:
        raise NotReady(f"the Docker context '{context}' has no engine in {meta}", hint="docker context ls") from error
    return DockerEngine(url, f"the Docker context '{context}'")


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _short(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
