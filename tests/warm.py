"""Commands as processes without their start: each is forked off one process that has loaded what commands load.

Loading takes five times as long as what most commands do. What depends on how an interpreter starts (variables of
Python's, of the locale or of the loader, limits) cannot be had so: `serves` says for which commands this stands.
"""

from __future__ import annotations

import array
import atexit
import gc
import importlib
import json
import os
import pkgutil
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BY_THE_INTERPRETER = ("PYTHON", "LANG", "LC_", "LD_", "TZ")
_LIMITS = (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_AS)
#: What most commands load on their way.
_LOADED = ("cli", "usecases", "render", "telemetry", "model", "stores", "settings")
_NOT_LOADED = ("phoenix_dev.telemetry.writer", "phoenix_dev.telemetry.statements")


def serves(env: Mapping[str, str]) -> bool:
    """Whether a command with these variables, from this process, would start as the warm one did."""
    return _start_of(env) == _at_start() and _limits() == _limits_at_start()


def prepare() -> None:
    """Have it ready, before a test looks at what it leaves behind."""
    _limits_at_start()
    _at_start()
    _server()


def run(
    args: Sequence[str], env: Mapping[str, str], cwd: str, descriptors: tuple[int, int, int], timeout: float
) -> int:
    """Run `phoenix-dev ARGS` with these as its standard input, output and error; its status, as subprocess has it.

    Raises TimeoutExpired after `timeout` seconds; the command is killed then.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs:
        told = json.dumps({"args": list(args), "env": dict(env), "cwd": cwd, "umask": _umask()}).encode()
        with _lock:
            server = _server()
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [*descriptors, theirs.fileno()]))]
            server.sendmsg([len(told).to_bytes(4, "big")], rights)
            server.sendall(told)
        theirs.close()
        ours.settimeout(timeout)
        try:
            answer = _all_of(ours, 8)
        except TimeoutError:
            raise subprocess.TimeoutExpired(["phoenix-dev", *args], timeout) from None
    assert len(answer) == 8, "the warm process died"
    return int.from_bytes(answer, "big", signed=True)


_lock = threading.Lock()


@cache
def _server() -> socket.socket:
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.warm", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if not name.startswith("PHOENIX_DEV_")},
        cwd=os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
    )
    theirs.close()

    def end() -> None:
        ours.close()
        assert process.stdin is not None
        process.stdin.close()
        process.wait()

    atexit.register(end)
    return ours


@cache
def _at_start() -> Mapping[str, str]:
    return _start_of(os.environ)


@cache
def _limits_at_start() -> list[tuple[int, int]]:
    return _limits()


def _start_of(env: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in env.items() if name.startswith(_BY_THE_INTERPRETER)}


def _limits() -> list[tuple[int, int]]:
    return [resource.getrlimit(limit) for limit in _LIMITS]


def _umask() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1], 8) for line in status if line.startswith("Umask:"))


def _all_of(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := connection.recv(size - len(data))):
        data += more
    return data


def _serve(listening: socket.socket) -> None:
    for part in _LOADED:
        package = importlib.import_module(f"phoenix_dev.{part}")
        for found in pkgutil.walk_packages(package.__path__, f"phoenix_dev.{part}."):
            if found.name not in _NOT_LOADED:
                with suppress(Exception):  # what cannot be loaded fails the commands that need it, as it should
                    importlib.import_module(found.name)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever waits for a command is a process of its own
    while True:
        size, ancillary, _, _ = listening.recvmsg(4, socket.CMSG_SPACE(4 * 4))
        if not size:
            return
        descriptors = array.array("i")
        descriptors.frombytes(ancillary[0][2])
        told = json.loads(_all_of(listening, int.from_bytes(size, "big")))
        if not os.fork():
            listening.close()
            _wait_for(told, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _wait_for(told: dict[str, object], stdin: int, stdout: int, stderr: int, answer: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    connection = socket.socket(fileno=answer)
    pid = os.fork()
    if not pid:
        connection.close()
        _become(told, (stdin, stdout, stderr))
    for descriptor in (0, 1, 2, stdin, stdout, stderr):
        os.close(descriptor)
    threading.Thread(target=_kill_when_left, args=(connection, pid), daemon=True).start()
    _, status = os.waitpid(pid, 0)
    with suppress(OSError):
        connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(8, "big", signed=True))
    os._exit(0)


def _kill_when_left(connection: socket.socket, pid: int) -> None:
    with suppress(OSError):
        connection.recv(1)
        os.kill(pid, signal.SIGKILL)


def _become(told: dict[str, object], descriptors: tuple[int, int, int]) -> None:
    """The command, in this process: as the interpreter would run `python -m phoenix_dev`."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    if os.isatty(1):
        os.setsid()  # a terminal of its own
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    env, args = told["env"], told["args"]
    assert isinstance(env, dict)
    assert isinstance(args, list)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.umask(int(str(told["umask"])))
    os.chdir(str(told["cwd"]))
    main = importlib.import_module("phoenix_dev.cli").main
    sys.argv = [os.path.join(os.path.dirname(os.path.dirname(main.__code__.co_filename)), "__main__.py"), *args]
    os._exit(_status_of(main))


def _status_of(main: object) -> int:
    assert callable(main)
    code = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does at last
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 120
    return code & 0xFF


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
