"""Who sent something: services as span metrics tell them apart, and what every resource is given."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from phoenix_dev.model.attributes import text_of
from phoenix_dev.model.otlp import value_of
from phoenix_dev.telemetry.translation.labels import PROMOTED, ResourceLabels
from phoenix_dev.watching.span_series import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

#: What tells services apart (the connector's `resource_metrics_key_attributes`); all else of a resource is that of the
#: first that had these.
_SERVICE = "service.name"
_APART = (_SERVICE, "service.version", "telemetry.sdk.language", "telemetry.sdk.name")
_ENVIRONMENT, _OLD_ENVIRONMENT = "deployment.environment.name", "deployment.environment"
#: Services, and resources of them, that are remembered.
_MOST_IDENTITIES, _MOST_RESOURCES = 1_000, 4_000
#: Of a resource, and of a name and a value in it; of all services, beyond which the next tell who they are and no more.
_MOST_ATTRIBUTES, _MOST_CHARACTERS, _MOST_CHARACTERS_IN_ALL = 128, 1_024, 8_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """A service. `labels`: what its resource, the first that it was seen with, adds to those of its series;
    `attributes` are those of that resource that may stand for a span's own (DIMENSIONS), as texts; `target` are the
    labels of `target_info`, which tells of it, none where there is nothing to tell. `others` stands for all services
    that are more than may be told apart.
    """

    key: str
    service: str
    labels: ResourceLabels
    attributes: Mapping[str, str]
    target: Sequence[Mapping[str, str]] = ()
    others: bool = False


class Identities:
    """Services by their resources. `profile` is the environment of whoever names none."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._by_key: dict[str, Identity] = {}
        self._by_resource: dict[bytes, Identity | None] = {}
        self._characters = 0

    def of(self, resource: Resource) -> Identity | None:
        """The service of a resource; None for one that names none."""
        raw = resource.SerializeToString()
        key = blake2b(raw, digest_size=16).digest()
        if key not in self._by_resource:
            if len(self._by_resource) >= _MOST_RESOURCES:
                self._by_resource.clear()
            self._by_resource[key] = self._identity(raw)
        return self._by_resource[key]

    def forget(self, key: str) -> None:
        """A service that has sent nothing for long."""
        if gone := self._by_key.pop(key, None):
            self._characters -= _characters(gone)
        self._by_resource.clear()

    def _identity(self, raw: bytes) -> Identity | None:
        resource = _bounded(Resource.FromString(raw))
        attributes = {pair.key: text_of(value_of(pair.value)) for pair in resource.attributes}
        if _SERVICE not in attributes:
            return None
        key = json.dumps([attributes.get(name, "") for name in _APART])
        if key not in self._by_key:
            if len(self._by_key) >= _MOST_IDENTITIES:
                return _OTHERS
            if self._characters > _MOST_CHARACTERS_IN_ALL:
                _keep_only(resource, {*PROMOTED, *_APART})
            give_environment(resource, self._profile)
            labels = ResourceLabels(resource.attributes)
            target = (labels.target,) if labels.target else ()
            own = {name: attributes[name] for name in DIMENSIONS if name in attributes}
            self._by_key[key] = Identity(key, attributes[_SERVICE], labels, own, target)
            self._characters += _characters(self._by_key[key])
        return self._by_key[key]


def is_current(key: str) -> bool:
    """Whether a service's key says all that tells services apart; one of an earlier version may say less."""
    return len(json.loads(key)) in (0, len(_APART))


def _bounded(resource: Resource) -> Resource:
    """A resource of which every series bears something: not more than it can."""
    del resource.attributes[_MOST_ATTRIBUTES:]
    _keep_only(resource, {pair.key for pair in resource.attributes if len(pair.key) <= _MOST_CHARACTERS})
    for pair in resource.attributes:
        if pair.value.ByteSize() > _MOST_CHARACTERS:
            pair.value.string_value = text_of(value_of(pair.value))[:_MOST_CHARACTERS]
    return resource


def _keep_only(resource: Resource, names: Set[str]) -> None:
    kept = [pair for pair in resource.attributes if pair.key in names]
    del resource.attributes[:]
    resource.attributes.extend(kept)


def _characters(identity: Identity) -> int:
    return sum(len(name) + len(text) for labels in identity.target for name, text in labels.items())


def give_environment(resource: Resource, profile: str) -> None:
    """Say which environment a resource is of, as the collector's processor `transform/identity` does."""
    found = {pair.key: pair.value for pair in resource.attributes}
    if _ENVIRONMENT in found:
        return
    added = resource.attributes.add(key=_ENVIRONMENT)
    if _OLD_ENVIRONMENT in found:
        added.value.CopyFrom(found[_OLD_ENVIRONMENT])
    else:
        added.value.string_value = profile


_OTHERS = Identity("[]", "", ResourceLabels(()), {}, others=True)
