"""Secrets are known by their form."""

from __future__ import annotations

import pytest

from phoenix_dev.model.secrets import masked

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: ****"),
        ("sent bearer abcdefghijklmnopqrst== to x", "sent bearer **** to x"),
        (f"token is {JWT}, ok", "token is ****, ok"),
        ("key sk-proj-abcdefghijklmnopqrst used", "key **** used"),
        ("ghp_" + "a" * 36, "****"),
        ("AKIA" + "A" * 16, "****"),
        ("xoxb-1234567890-abc", "****"),
        ('{"password": "it\'s \\"so\\" x", "user": "me"}', '{"password": "****", "user": "me"}'),
        ("api_key=abc123&limit=5", "api_key=****&limit=5"),
        ("postgres://me:pw@db/x", "postgres://me:****@db/x"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END", "-----BEGIN RSA PRIVATE KEY-----****-----END"),
        ("5 tokens left, sk-short, the key of the map, https://x/y@z", None),
    ],
)
def test_the_secret_goes_and_what_is_around_it_stays(text: str, left: str | None) -> None:
    assert masked(text) == (text if left is None else left)
