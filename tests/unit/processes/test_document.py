from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.processes.document import read_document, write_document

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A document that is not there yet, in a folder of its own."""
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder" / "it.json"


def test_a_document_is_read_as_it_was_written_and_is_for_its_user_alone(path: Path) -> None:
    assert read_document(path) == {}
    write_document(path, {"name": "é", "ports": [1, 2]})
    write_document(path, {"name": "é", "ports": [3]})
    assert read_document(path) == {"name": "é", "ports": [3]}
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", ["", "{", "null", "[1]", "\udcff"])
def test_what_cannot_be_understood_is_empty(path: Path, content: str) -> None:
    path.write_text(content, errors="surrogateescape")
    assert read_document(path) == {}


def test_what_cannot_be_written_leaves_what_was_there_and_nothing_beside_it(path: Path) -> None:
    write_document(path, {"n": 1})
    with pytest.raises(TypeError):
        write_document(path, {"n": object()})
    assert read_document(path) == {"n": 1}
    assert list(path.parent.iterdir()) == [path]


def test_threads_of_one_process_may_write_and_read_the_same_document(path: Path) -> None:
    texts = [letter * 20_000 for letter in "abcd"]
    found: list[str] = []
    write_document(path, {"text": texts[0]})

    def write(text: str) -> None:
        for _ in range(50):
            write_document(path, {"text": text})
            found.append(read_document(path)["text"])

    writers = [threading.Thread(target=write, args=(text,)) for text in texts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(found) == 200, "a writer failed"
    assert set(found) <= set(texts)
    assert list(path.parent.iterdir()) == [path]
