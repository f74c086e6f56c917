"""What iqgeo is made of: ``python tools/inventory.py sbom|licenses FOLDER``.

Read from the lock file and from what is installed; nothing is asked of the internet. Two runs on the same lock
write the same bytes (but for the day, which ``SOURCE_DATE_EPOCH`` sets).
"""

import hashlib
import json
import os
import re
import sys
import time
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*(.+?))?\s*\\?$")
_NAMED = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
_CLASSIFIER = "License :: OSI Approved :: "
_TEXTS = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_LONGEST_NAME = 60
# What came with the source itself, not by pip: name, version, licence, where it stands and where its text does.
VENDORED = (
    ("leaflet", "1.9.4", "BSD-2-Clause", "iqgeo/reports/map/static/leaflet", "LICENSE"),
    ("liberation-fonts", "2", "OFL-1.1", "iqgeo/reports/fonts", "LICENSE"),
    ("dejavu-fonts", "2.37", "Bitstream-Vera AND LicenseRef-DejaVu-public-domain", "iqgeo/reports/fonts", "LICENSE-DejaVu"),
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A package of the lock: its name and version, where it is needed, what is said of it, and its files."""

    name: str
    version: str
    marker: str
    said: metadata.PackageMetadata | None
    texts: tuple[tuple[str, str], ...]

    @property
    def licence(self) -> str:
        """The licence as the package says it, the most exact form first; ``unknown`` if it says nothing."""
        if self.said is None:
            return "unknown"
        classified = [
            it.removeprefix(_CLASSIFIER)
            for it in self.said.get_all("Classifier") or ()
            if it.startswith(_CLASSIFIER)
        ]
        written = (self.said.get("License") or "").strip().split("\n")[0]
        short = written if 0 < len(written) <= _LONGEST_NAME else ""
        return self.said.get("License-Expression") or " OR ".join(classified) or short or "unknown"

    @property
    def is_here(self) -> bool:
        """Whether just this version is installed."""
        return self.said is not None and self.said["Version"] == self.version

    @property
    def address(self) -> str:
        """Where it comes from."""
        return f"pkg:pypi/{_plain(self.name)}@{self.version}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def parts() -> list[Part]:
    """Everything the lock names; what this machine has no need of is listed without what it says of itself."""
    found: list[Part] = []
    lines = [_PINNED.match(line) for line in LOCK.read_text(encoding="utf-8").splitlines()]
    locked = [(it[1], it[2], it[3] or "") for it in lines if it is not None]
    for name, version, marker in locked:
        try:
            there = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            found.append(Part(name, version, marker, None, ()))
            continue
        if there.version != version:
            # A lock for all Pythons names a version for each; here only one of them can be asked.
            named = [other for called, other, _ in locked if called == name]
            if there.version not in named:
                print(f"{name} {there.version} is installed, the lock names {version}", file=sys.stderr)
        texts = tuple(_texts(there)) if there.version == version else ()
        found.append(Part(name, version, marker, there.metadata, texts))
    return found


def _texts(there: metadata.Distribution) -> Iterator[tuple[str, str]]:
    for file in there.files or ():
        in_info = file.parts and file.parts[0].endswith(".dist-info")
        if in_info and _TEXTS.search(file.name):
            path = Path(str(there.locate_file(file)))
            yield str(file), path.read_text(encoding="utf-8", errors="replace")


def _project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def sbom() -> bytes:
    """A bill of materials as CycloneDX 1.5."""
    project, listed = _project(), parts()
    # Of several versions the one that is installed here is what the others need here.
    addresses = {_plain(it.name): it.address for it in sorted(listed, key=lambda it: it.is_here)}
    own = f"pkg:pypi/iqgeo@{project['version']}"
    day = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    components = [
        {
            "type": "library", "bom-ref": it.address, "name": it.name, "version": it.version, "purl": it.address,
            "licenses": [{"license": {"name": it.licence}}],
            **({"properties": [{"name": "python:marker", "value": it.marker}]} if it.marker else {}),
        }
        for it in listed
    ]  # fmt: skip
    components += [
        {
            "type": "library", "bom-ref": f"vendored:{name}", "name": name, "version": version,
            "licenses": [{"expression": licence}], "properties": [{"name": "path", "value": path}],
        }
        for name, version, licence, path, _ in VENDORED
    ]  # fmt: skip
    needs = [
        {"ref": it.address, "dependsOn": sorted(_needed(it.said.get_all("Requires-Dist") or (), addresses))}
        for it in listed
        if it.said is not None and it.is_here
    ]
    direct = sorted(_needed(project["dependencies"], addresses))
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.UUID(hashlib.sha256(LOCK.read_bytes()).hexdigest()[:32])}",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(day)),
            "component": {
                "type": "application", "bom-ref": own, "name": "iqgeo", "version": project["version"],
                "purl": own, "licenses": [{"license": {"id": project["license"]}}],
            },
        },
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": direct}, *needs],
    }  # fmt: skip
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _needed(requirements: Any, addresses: dict[str, str]) -> set[str]:
    """Addresses of what a list of requirements names, without what only an extra wants."""
    named = (it for it in requirements if "extra ==" not in it)
    matched = (_NAMED.match(it) for it in named)
    return {addresses[_plain(it[0])] for it in matched if it and _plain(it[0]) in addresses}


def licenses() -> tuple[bytes, bytes]:
    """The list of licences for people, and all their texts one after the other."""
    listed = parts()
    rows = [f"| {it.name} | {it.version} | {it.licence} |" for it in listed]
    rows += [
        f"| {name} (in `{path}`) | {version} | {licence} |" for name, version, licence, path, _ in VENDORED
    ]
    table = "\n".join(
        [
            "# Licences of what iqgeo is made of",
            "",
            "Written by `make licenses`. The code of iqgeo is under MIT (LICENSE); the data has its own licences"
            " (data/SOURCES.md).",
            "",
            "| part | version | licence |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )
    texts = [(f"{it.name} {it.version}: {name}", text) for it in listed for name, text in it.texts]
    texts += [(name, (ROOT / path / file).read_text(encoding="utf-8")) for name, _, _, path, file in VENDORED]
    full = "\n".join(f"{'=' * 78}\n{head}\n{'=' * 78}\n\n{text}\n" for head, text in texts)
    return table.encode(), full.encode()


def main(what: str, folder: Path) -> None:
    """Write the files."""
    folder.mkdir(parents=True, exist_ok=True)
    if what == "sbom":
        files = {f"iqgeo-{_project()['version']}.cdx.json": sbom()}
    elif what == "licenses":
        table, full = licenses()
        files = {"LICENSES.md": table, "LICENSES.txt": full}
    else:
        sys.exit("sbom or licenses")
    for name, content in files.items():
        (folder / name).write_bytes(content)
        print(folder / name)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
