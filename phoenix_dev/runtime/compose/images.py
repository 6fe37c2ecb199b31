"""Images: which are missing, and how those get here. What is here is never pulled again."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from docker import APIClient

    from phoenix_dev.runtime.compose.docker_engine import DockerEngine
    from phoenix_dev.runtime.compose.parts import Part
    from phoenix_dev.runtime.protocol import Listener

#: How long a registry may be silent (seconds); while there is work Docker tells about it all the time.
SILENCE_S = 60.0


def missing(docker_engine: DockerEngine, images: Sequence[str]) -> tuple[str, ...]:
    """Those that the Docker engine does not have. Raises NotReady when it does not answer."""
    return tuple(image for image in images if docker_engine.ask(f"/images/{quote(image)}/json") is None)


def fetch(
    docker_engine: DockerEngine, parts: Sequence[Part], registry: str, listener: Listener, silence_s: float = SILENCE_S
) -> Mapping[str, str]:
    """Pull what is missing, all at a time. By name of the part: why an optional one's image cannot be had.

    An image of which nothing is heard for `silence_s` cannot be had. Raises NotReady when the image of a core part
    cannot be had; it names the setting for a mirror.
    """
    # Of parts that share an image the one that cannot be done without has the say: the later key wins.
    by_image = {part.image_from(registry): part for part in sorted(parts, key=lambda part: part.core)}
    wanted = missing(docker_engine, tuple(by_image))
    if not wanted:
        return {}
    outcomes = _pull_all(docker_engine, wanted, listener, silence_s)
    failed = {by_image[image]: why for image, why in outcomes.items() if why}
    for part, why in failed.items():
        if part.core:
            raise _cannot_be_had(part, registry, why)
    return {part.name: _cannot_be_had(part, registry, why).message for part, why in failed.items()}


def _pull_all(
    docker_engine: DockerEngine, wanted: Sequence[str], listener: Listener, silence_s: float
) -> Mapping[str, str]:
    """Why each could not be pulled, empty when it was. Ctrl-C waits for nothing: Docker ends what is under way."""
    outcomes: dict[str, str] = {}

    def pull(image: str) -> None:
        try:
            outcomes[image] = _pull(docker_engine, image, listener, silence_s)
        except Exception as error:  # noqa: BLE001 - nobody sees it in a thread, and an image without outcome looks pulled
            outcomes[image] = _sentence(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=pull, args=(image,), daemon=True) for image in wanted]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        listener.pulls_ended()
    return outcomes


def _cannot_be_had(part: Part, registry: str, why: str) -> NotReady:
    return NotReady(
        f"the image {part.image_from(registry)} of {part.title} is not here and cannot be pulled: {why}; "
        "the setting images.registry names a mirror",
        hint="PHOENIX_DEV_IMAGES_REGISTRY=mirror.example:5000 phoenix-dev up",
    )


@dataclass(slots=True)
class _Layers:
    """How much of each layer of an image is here."""

    done: dict[str, int] = field(default_factory=dict)
    total: dict[str, int] = field(default_factory=dict)

    def take(self, event: Mapping[str, Any]) -> None:
        layer, progress = str(event.get("id", "")), event.get("progressDetail") or {}
        if event.get("status") == "Downloading" and progress.get("total"):
            self.done[layer], self.total[layer] = int(progress["current"]), int(progress["total"])
        elif event.get("status") in ("Download complete", "Pull complete"):
            self.done[layer] = self.total.get(layer, 0)


def _pull(docker_engine: DockerEngine, image: str, listener: Listener, silence_s: float) -> str:
    """Pull an image; why that was not possible, empty when it was."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException, Timeout
    from urllib3 import exceptions as raw  # what reading an answer bit by bit raises

    name, _, tag = image.rpartition(":")
    layers = _Layers()
    listener.pulling(image, 0, 0)
    try:
        with _client(docker_engine, silence_s) as client:
            for event in client.pull(name, tag, stream=True, decode=True):
                if "error" in event:
                    return _sentence(str(event["error"]))
                layers.take(event)
                listener.pulling(image, sum(layers.done.values()), sum(layers.total.values()))
    except (Timeout, raw.TimeoutError):
        return f"nothing was heard of it for {silence_s:g} s"
    except DockerException as error:
        return _sentence(str(getattr(error, "explanation", None) or error))
    except (RequestException, raw.HTTPError) as error:
        return f"the Docker engine broke off ({_sentence(str(error))})"
    listener.pulled(image)
    return ""


def _client(docker_engine: DockerEngine, silence_s: float) -> APIClient:
    """docker-py's client, which by itself lets a pull wait for ever (it asks with `timeout=None`)."""
    from docker import APIClient

    class Impatient(APIClient):
        def request(self, *asked: Any, **how: Any) -> Any:
            return super().request(*asked, **{**how, "timeout": silence_s})

    return Impatient(base_url=docker_engine.url, version="auto")


def _sentence(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
