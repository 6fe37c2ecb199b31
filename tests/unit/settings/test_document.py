"""A settings file: what is in it is understood, or said to be wrong with file and line."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.errors import UsageError
from phoenix_dev.settings import KEYS, load
from phoenix_dev.settings.document import SIZE_LIMIT, read
from tests.unit.settings.written import complaint, complaint_of, write


@pytest.mark.parametrize("content", ["", "\n# nothing yet\n", "---\n", "~\n", "\ufeffproject: phoenix\n"])
def test_an_empty_file_sets_nothing(content: str) -> None:
    write(content)
    assert load({}).project == "phoenix"


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("project: x\nporject: y\n", 2, ["porject", "nearest is 'project'"]),
        ("ports:\n  otlp_htp: 1\n", 2, ["ports.otlp_htp", "nearest is 'ports.otlp_http'"]),
        ("zzzzzz: 1\n", 1, ["zzzzzz", "no setting"]),
        ("otlp_http: 4318\n", 1, ["nearest is 'ports.otlp_http'"]),
        ("project: Phoenix\n", 1, ["'project' to 'Phoenix'", "a-z"]),
        ("project: [a]\n", 1, ["a list"]),
        ("project: {a: b}\n", 1, ["a mapping"]),
        ("\nproject:\n", 2, ["nothing"]),
        ("runtime: docker\n", 1, ["'docker'", "auto, compose or embedded"]),
        ("retention: {traces: 12h}\n", 1, ["'12h'", "whole days or weeks"]),
        ("retention:\n  size: 2\n", 2, ["'2'", "GiB"]),
        ("images:\n  registry: http://mirror\n", 2, ["'http://mirror'", "a registry's host"]),
        ("profile: fast\n", 1, ["development or production"]),
        ("ports:\n  otlp_grpc: 0\n", 2, ["from 1 to 65535"]),
        ("ports:\n  otlp_grpc: 65536\n", 2, ["from 1 to 65535"]),
        ("ports:\n  otlp_grpc: 43.17\n", 2, ["'43.17'"]),
        ("ports:\n  otlp_grpc: -1\n", 2, ["'-1'"]),
        ("ports:\n  otlp_grpc: ٤٣١٧\n", 2, ["'٤٣١٧'"]),
        ("ports: 4317\n", 1, ["'ports' is made of lines"]),
        ("project: a\nruntime: auto\nproject: b\n", 3, ["'project' again", "line 1"]),
        ("ports: {otlp_http: 1}\nports: {otlp_http: 2}\n", 2, ["'ports' again", "line 1"]),
        ("- project\n", 1, ["no setting"]),
        ("phoenix\n", 1, ["no setting"]),
        ("? [a, b]\n: c\n", 1, ["no setting"]),
        ("project: 'x\n", 2, ["not valid YAML"]),
        ("project: a\n\tb: c\n", 2, ["not valid YAML"]),
        ("project: a\n---\nproject: b\n", 2, ["not valid YAML"]),
        ("project: *nobody\n", 1, ["not valid YAML", "nobody"]),
        ("project: a\nruntime: \x07\n", 2, ["not valid YAML", "does not allow"]),
        ("ports: &again\n  ports: *again\n", 2, ["ports.ports"]),
        ("<<: {project: x}\n", 1, ["'<<'"]),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_file_and_line(content: str, line: int, words: list[str]) -> None:
    path = write(content)
    said = complaint()
    assert said.startswith(f"{path}:{line} ")
    for word in words:
        assert word in said


def test_bytes_that_are_no_text_are_said_with_their_line() -> None:
    path = write(b"project: a\nruntime: \xff\xfe\n")
    assert complaint() == f"{path}:2 is not UTF-8 text"


def test_a_huge_file_is_not_read() -> None:
    path = write(b"#" * (SIZE_LIMIT + 1))
    assert complaint() == f"{path} is larger than the 64 KiB a settings file may have"


def test_deep_nesting_is_a_sentence() -> None:
    assert "nested too deeply" in complaint_of(write("[" * 30_000))


def test_a_bomb_of_aliases_is_a_sentence_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 200)]
    assert "'a0'" in complaint_of(write("\n".join(lines)))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_named() -> None:
    path = write("project: a\n")
    path.chmod(0)
    assert "cannot be read: Permission denied" in complaint_of(path)


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_settings_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    try:
        read(path, KEYS)
    except UsageError as error:
        assert str(path) in error.message  # noqa: PT017 - both outcomes are right, a third is not
