"""The labels of series: attributes of the point, what is promoted of the resource, job and instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.telemetry.translation.names import label_name
from phoenix_dev.telemetry.translation.texts import label_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from opentelemetry.proto.common.v1.common_pb2 import KeyValue

#: Resource attributes that every series bears; a test holds compose/prometheus/prometheus.yml to the same ones.
PROMOTED = (
    "container.name",
    "deployment.environment.name",
    "host.name",
    "service.instance.id",
    "service.name",
    "service.namespace",
    "service.version",
)
_IDENTIFYING = ("service.namespace", "service.name", "service.instance.id")
NAME = "__name__"
TARGET_INFO = "target_info"


class ResourceLabels:
    """What a resource adds to the labels of its points."""

    def __init__(self, attributes: Iterable[KeyValue]) -> None:
        every = list(attributes)
        first: dict[str, str] = {}
        for pair in every:
            first.setdefault(pair.key, label_text(pair.value))
        self._promoted = {label_name(key): first[key] for key in PROMOTED if first.get(key)}
        self._identity = {name: value for name, value in _identity(first).items() if value}
        self.target = self._target(every)

    def of_point(self, attributes: Iterable[KeyValue]) -> dict[str, str]:
        """The labels of a point's series but their name, and without those that are empty.

        What a point says itself outweighs what is promoted, and job and instance outweigh both.
        """
        labels = self._promoted | _merged(attributes) | self._identity
        labels.pop(NAME, None)
        return labels

    def _target(self, attributes: list[KeyValue]) -> dict[str, str] | None:
        """The labels of target_info; None where the resource says nothing but who it is, or not even that."""
        if all(pair.key in _IDENTIFYING for pair in attributes):
            return None
        labels = _merged(attributes) | self._identity
        if not labels.keys() & {"job", "instance"}:
            return None
        return labels | {NAME: TARGET_INFO}


def _merged(attributes: Iterable[KeyValue]) -> dict[str, str]:
    """Attributes as labels, without those that are empty, which count for nothing. The values of those that come to
    share a name are joined, in the order of their keys.
    """
    labels: dict[str, str] = {}
    for pair in sorted(attributes, key=lambda pair: pair.key):
        if name := label_name(pair.key):
            value = label_text(pair.value)
            labels[name] = f"{labels[name]};{value}" if labels.get(name) else value
    return {name: value for name, value in labels.items() if value}


def _identity(resource: Mapping[str, str]) -> dict[str, str]:
    identity: dict[str, str] = {}
    if (service := resource.get("service.name")) is not None:
        namespace = resource.get("service.namespace")
        identity["job"] = service if namespace is None else f"{namespace}/{service}"
    if (instance := resource.get("service.instance.id")) is not None:
        identity["instance"] = instance
    return identity
