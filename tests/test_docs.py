"""The documentation is true: it builds offline, its commands run, its glossary names what there is."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import iqgeo
from iqgeo.cli.main import app
from iqgeo.texts import catalogue

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(it for it in DOCS.rglob("*.md") if "_build" not in it.parts and it.name != "betrieb.md")
FENCED = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in FENCED.findall(page.read_text(encoding="utf-8")) if kind == language]


def test_the_site_builds_offline_without_a_warning(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "-D", "notebooks_run=0", str(DOCS), str(tmp_path)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    for page in tmp_path.rglob("*.html"):
        source = page.read_text(encoding="utf-8")
        assert not re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=\"(?:https?:)?//", source), page.name
    said = (tmp_path / "api.html").read_text(encoding="utf-8")
    assert all(f"iqgeo.{name}" in said for name in iqgeo.__all__ if name != "IqgeoError")


@pytest.mark.slow
@pytest.mark.parametrize("page", [it for it in PAGES if blocks(it, "sh")], ids=lambda it: it.stem)
def test_every_command_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IQGEO_STORE", str(tmp_path / "plans.db"))
    Path("stellen.csv").write_text("name;lon;lat\nLeer;7,46;53,23\nCelle;10,08;52,62\n", encoding="utf-8")
    for line in "\n".join(blocks(page, "sh")).splitlines():
        words = shlex.split(line, comments=True)
        assert words[0] == "iqgeo"
        result = CliRunner().invoke(app, words[1:])
        assert result.exit_code == 0, f"{line}: {result.output}"


@pytest.mark.parametrize(
    "page", [it for it in [*PAGES, ROOT / "README.md"] if blocks(it, "python")], ids=lambda it: it.stem
)
def test_every_python_block_runs(page: Path) -> None:
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(block, names)


def test_the_glossary_uses_the_words_of_the_texts() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (DOCS / "glossar.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and "---" not in line
    ][1:]
    german, english = (
        " ".join(entry[lang] for entry in catalogue().values()).lower() for lang in ("de", "en")
    )
    code = "\n".join(it.read_text(encoding="utf-8") for it in (ROOT / "iqgeo").rglob("*.py"))
    for de, en, names, meaning in rows:
        for word in de.split(", "):
            assert word.split()[-1].lower()[:5] in german, word
        for word in en.split(", "):
            assert word.split()[-1].lower() in english, word
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"\b\w*{name}\w*\b", code), name
        assert meaning
