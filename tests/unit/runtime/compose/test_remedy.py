"""What to run when a part does not start, by its last words."""

from __future__ import annotations

import pytest

from phoenix_dev.runtime.compose.parts import JAEGER, LOKI
from phoenix_dev.runtime.compose.remedy import give_volume, remedy


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("mkdir /loki/x: permission denied", "docker run --rm --user 0 --volume shop_logs:/data"),
        ("write /loki/wal: no space left on device", "docker system df"),
        ("failed parsing config", "docker logs shop-loki-1"),
    ],
)
def test_the_last_words_of_a_part_tell_what_to_run(line: str, hint: str) -> None:
    assert remedy(LOKI, "shop", "shop-loki-1", [line], "").startswith(hint)


def test_the_owner_of_a_volume_becomes_the_parts_user() -> None:
    hint = remedy(JAEGER, "shop", "x", ["Permission denied"], "mirror.example")
    assert "mirror.example/prom/prometheus" in hint
    assert "-R 10001:10001 /data" in hint
    assert hint == f"{give_volume('shop_traces', '10001:10001', 'mirror.example')} && phoenix-dev up"
