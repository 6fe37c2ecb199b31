"""Running the applications: where they send is told to them by the variables of `phoenix-dev env`, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx

from phoenix_dev.usecases.environment import environment
from tests import otlp
from tests.made_once import OUTSIDE, made_once
from tests.npm import npm_project
from tests.tools import need

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE = Path(__file__).parent
#: Each (language, protocol) that is run.
ALL = (
    ("python", "http/protobuf"),
    ("python", "grpc"),
    ("javascript", "http/protobuf"),
    ("javascript", "http/json"),
    ("javascript", "grpc"),
    ("rust", "http/protobuf"),
    ("rust", "grpc"),
)


def sent_by(language: str, protocol: str, endpoint: str, *, count: int, folder: Path) -> list[dict[str, Any]]:
    """What an application says that it sent in so many requests: service, IDs, spans (kind, name), logs
    (level, message).

    It has ended when this returns. `folder` is one for its files.
    """
    service = f"{language}-{protocol.replace('/', '-')}"
    variables = {
        **environment(endpoint),
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_SERVICE_NAME": service,
    }
    return [{"service": service, **line} for line in _run(language, variables, count, folder)]


def _run(language: str, variables: Mapping[str, str], count: int, folder: Path) -> list[dict[str, Any]]:
    if language == "rust":
        with rust_service(variables) as url:
            return list(_asked(url, count))
    if language == "python":
        command = [sys.executable, "-W", "ignore::DeprecationWarning", str(HERE / "python" / "application.py")]
    else:
        command = [need("node"), str(npm_project(HERE / "javascript", folder / "javascript") / "application.js")]
    return _told([*command, str(count)], variables)


def _told(command: list[str], variables: Mapping[str, str]) -> list[dict[str, Any]]:
    ran = subprocess.run(command, env=_surroundings(variables), capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def _surroundings(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")} | dict(variables)


@contextmanager
def rust_service(variables: Mapping[str, str]) -> Iterator[str]:
    """The service in Rust, at a URL; at the end it is asked to stop, and must have sent everything."""
    with subprocess.Popen(
        [built_rust_service(), "--quiet"], env=_surroundings(variables), stderr=subprocess.PIPE, text=True
    ) as service:
        try:
            assert service.stderr is not None
            url = service.stderr.readline().strip()
            assert url.startswith("http://"), url + service.stderr.read()
            yield url
        finally:
            service.terminate()
            said = service.communicate(timeout=30)[1]
    assert service.returncode == 0, said


def built_rust_service() -> Path:
    """The service in Rust, built when its sources have changed."""
    cargo, project = need("cargo"), HERE / "rust"

    def build(folder: Path, workshop: Path) -> None:
        # Copied without their times: cargo takes what is older than its last build as built.
        shutil.rmtree(workshop / "source", ignore_errors=True)
        shutil.copytree(
            project, workshop / "source", ignore=shutil.ignore_patterns("target"), copy_function=shutil.copyfile
        )
        built = subprocess.run(
            [cargo, "build", "--locked", "--quiet", "--target-dir", str(workshop / "target")],
            cwd=workshop / "source",
            env=OUTSIDE,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert built.returncode == 0, built.stderr
        shutil.copy(workshop / "target" / "debug" / "plain-service", folder)

    sources = [*project.glob("Cargo.*"), *project.glob("src/*.rs")]
    return made_once("rust", sources, build) / "plain-service"


def _asked(url: str, count: int) -> Iterator[dict[str, Any]]:
    """The service's answers. Every other request brings a trace and IDs along, and must keep them."""
    with httpx.Client(base_url=url, timeout=30) as http:
        for number in range(count):
            ids = {name: f"rust-{otlp.new_span_id()}" for name in ("correlation_id", "request_id")}
            ids["trace_id"] = otlp.new_trace_id()
            headers = {
                "x-correlation-id": ids["correlation_id"],
                "x-request-id": ids["request_id"],
                "traceparent": f"00-{ids['trace_id']}-{otlp.new_span_id()}-01",
            }
            told = http.get(f"/things/{number}", headers=headers if number % 2 else {}).json()
            assert number % 2 == 0 or told.items() >= ids.items()
            yield told


if __name__ == "__main__":
    # Ahead of the tests, so that none of them waits for it.
    if shutil.which("npm"):
        with TemporaryDirectory() as temporary:
            for name in ("javascript", "node"):
                npm_project(HERE / name, Path(temporary) / name)
    if shutil.which("cargo"):
        built_rust_service()
