"""The effective compose/ and provisioning/ of a project, written into its state folder and run from there.

An upgrade of the package must not change files under running containers, and a folder of Python packages is not shared
with every engine. Containers run as users of their own, so everything is readable by all, whatever the umask.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from phoenix_dev.processes.in_place import put_in_place
from phoenix_dev.runtime.compose import jaeger_links

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

FOLDERS = ("compose", "provisioning")
#: The program of the inbox lies beside them.
_WRITTEN = (*FOLDERS, "phoenix_dev")
#: The label that makes compose start a service anew when a file that it mounts has changed.
_FILES_LABEL = "dev.phoenix.files"
_IN_PLACE_OF_SOURCES = (".py", ".pyc")


@dataclass(frozen=True, slots=True)
class StackFiles:
    """The files of one project below `folder`."""

    folder: Path

    @property
    def project_folder(self) -> Path:
        """What paths in compose.yaml are relative to."""
        return self.folder / "compose"

    @property
    def environment(self) -> Path:
        """The values of the variables in compose.yaml; compose finds it here by itself, too."""
        return self.project_folder / ".env"

    @property
    def compose_files(self) -> tuple[Path, Path]:
        """What compose reads: the stack, and the marks of the files it mounts."""
        return self.project_folder / "compose.yaml", self.project_folder / "mounted.json"

    @property
    def there(self) -> bool:
        """Whether all that compose reads is in place."""
        return all(path.is_file() for path in (*self.compose_files, self.environment))

    def write(
        self, assets: Path, environment: Mapping[str, str], contents: Mapping[str, bytes] = MappingProxyType({})
    ) -> None:
        """Put everything in place, file by file, touching only what differs; remove what no longer belongs there.

        `contents`: files by their path below `folder`, in place of those of the assets or beside them. Raises OSError
        when the folder cannot be written.
        """
        keep = {self.environment, self.compose_files[1], *(self.folder / name for name in contents)}
        for name in FOLDERS:
            for source in _data(assets / name):
                target = self.folder / source.relative_to(assets)
                if target in keep:
                    continue
                keep.add(target)
                content = source.read_bytes()
                if source == assets / jaeger_links.PAGES:
                    content = jaeger_links.linked(content, environment)
                _put(target, content)
        for name, content in contents.items():
            _put(self.folder / name, content)
        lines = [f"{name}={value}\n" for name, value in environment.items()]
        _put(self.environment, "".join(lines).encode())
        for name in _WRITTEN:
            for path in list(_files(self.folder / name)):
                if path not in keep:
                    path.unlink()
        # Of what is left: a file that has just gone must not count for those that mounted it.
        _put(self.compose_files[1], json.dumps(self._marks(), indent=1).encode())

    def replace(self, contents: Mapping[str, bytes], folders: Collection[str] = ()) -> None:
        """Put files in place by their path below `folder`, while the stack runs: no service counts as changed by that.
        Others in `folders` are removed. Raises OSError.
        """
        for name, content in contents.items():
            _put(self.folder / name, content)
        for name in folders:
            for path in list(_files(self.folder / name)):
                if path.relative_to(self.folder).as_posix() not in contents:
                    path.unlink()

    def _marks(self) -> dict[str, Any]:
        """A label a service over what it mounts from here."""
        import yaml

        stack = yaml.safe_load(self.compose_files[0].read_bytes())
        labels = {
            service: {"labels": {_FILES_LABEL: self._digest(definition.get("volumes", ()))}}
            for service, definition in stack["services"].items()
        }
        return {"services": labels}

    def _digest(self, volumes: Any) -> str:
        sources = [one.split(":")[0] if isinstance(one, str) else str(one.get("source", "")) for one in volumes]
        digest = sha256()
        for source in sorted(one for one in sources if one.startswith(".")):
            root = (self.project_folder / source).resolve()
            for path in _files(root):
                digest.update(f"{path.relative_to(root)}\0".encode() + sha256(path.read_bytes()).digest())
        return digest.hexdigest()[:16]


def _data(folder: Path) -> Iterator[Path]:
    """Every file of the assets below a folder. Sources of ours are no data."""
    return (path for path in _files(folder) if path.suffix not in _IN_PLACE_OF_SOURCES)


def _files(folder: Path) -> Iterator[Path]:
    """Every file below a folder, in a stable order; none when there is no such folder."""
    if folder.is_file():
        yield folder
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path


def _put(path: Path, content: bytes) -> None:
    _open_folder(path.parent)
    try:
        if path.read_bytes() == content:
            path.chmod(0o644)
            return
    except OSError:
        pass
    put_in_place(path, content, mode=0o644)


def _open_folder(folder: Path) -> None:
    if not folder.is_dir():
        _open_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
