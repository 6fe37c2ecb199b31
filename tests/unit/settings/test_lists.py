"""Settings that are lists: what they hold, and what is said about a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from phoenix_dev.settings import RunEntry, ServiceEntry, load
from tests.unit.settings.written import NAME, complaint, write


def test_commands_are_read_with_their_folder_and_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    write("run:\n- {name: api, command: python 'my app.py'}\n- {name: b, command: [a, ' '], dir: x, env: {A: 1}}\n")
    here = str(Path.cwd())
    expected = (RunEntry("api", ("python", "my app.py"), here), RunEntry("b", ("a", " "), f"{here}/x", (("A", "1"),)))
    assert load({}).run == expected
    assert load({}).origins["run"].place == f"{Path.cwd() / NAME}:2"
    monkeypatch.setenv("PHOENIX_DEV_RUN", "[{name: c, command: d}]")
    assert load({}).run == (RunEntry("c", ("d",), here),)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("run: x", ":1 sets 'run' to no list"),
        ("run:\n- x", ":2 lists under 'run' what is no command"),
        ("run:\n- {name: a}", ":2 lists a command without a 'command'"),
        (
            "run:\n- name: a\n  comand: b",
            ":3 sets 'comand' of a command, which is no setting; the nearest is 'command'",
        ),
        ('run:\n- name: a\n  command: "\'"', ":3 sets 'command' to words that a shell would not take"),
        ("run:\n- {name: a, command: b, env: c}", ":2 sets 'env' to no variables"),
        ("run:\n- {name: a, command: b}\n- {name: a, command: b}", ":2 sets 'run' with two commands of the name 'a'"),
    ],
)
def test_a_wrong_list_of_commands_is_told_with_its_line(text: str, what: str) -> None:
    path = write(text)
    assert complaint().startswith(f"{path}{what}")


def test_services_are_read_with_their_base_url(monkeypatch: pytest.MonkeyPatch) -> None:
    write("services:\n- {name: a b, url: http://localhost:8001/}\n- {name: c, url: 'https://[::1]:8002/base'}\n")
    expected = (ServiceEntry("a b", "http://localhost:8001"), ServiceEntry("c", "https://[::1]:8002/base"))
    assert load({}).services == expected
    monkeypatch.setenv("PHOENIX_DEV_SERVICES", "[{name: d, url: http://e}]")
    assert load({}).services == (ServiceEntry("d", "http://e"),)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "services:\n- http://localhost",
            ":2 lists under 'services' what is no service: each has a 'name' and a 'url'",
        ),
        ("services:\n- {name: a}", ":2 lists a service without a 'url'"),
        ("services:\n- {name: a, uri: b}", ":2 sets 'uri' of a service, which is no setting; the nearest is 'url'"),
        (
            "services:\n- name: a\n  url: localhost:1",
            ":3 sets 'url' of a service to 'localhost:1', but it has to be as",
        ),
        ("services:\n- {name: a, url: 'http://u:p@h/'}", "but it has to be as"),
        ("services:\n- {name: a, url: 'http://h/?q'}", "but it has to be as"),
        ("services:\n- {name: a, url: http://b}\n- {name: a, url: http://c}", "with two services of the name 'a'"),
    ],
)
def test_a_wrong_service_is_named_with_its_line(text: str, what: str) -> None:
    write(text)
    assert what in complaint()
