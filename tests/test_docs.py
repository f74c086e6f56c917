"""The documentation is true: it builds offline, its commands run, its glossary names what there is."""

import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import streamlit.config
import typer
from typer.testing import CliRunner

import iqgeo
from iqgeo.cli.main import app
from iqgeo.scenario.sweep_file import opened_sweep
from iqgeo.texts import catalogue
from tests.handbook import PICTURES
from tests.screenshots import PATHS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
sys.path.append(str(DOCS))  # where Sphinx finds it, too

from bilder import ASKED, TAKEN, with_pictures  # noqa: E402 -- the path comes first

PAGES = sorted(it for it in DOCS.rglob("*.md") if "_build" not in it.parts)
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
        for target in re.findall(r"<a [^>]*href=\"([^\"]+)\"", source):
            named, _, mark = unquote(target).partition("#")
            assert not urlsplit(target).scheme, f"{page.name}: {target} lies elsewhere"
            there = (page.parent / named).resolve() if named else page
            assert there.is_file(), f"{page.name}: nothing at {target}"
            assert not mark or f'id="{mark}"' in there.read_text(encoding="utf-8"), f"{page.name}: {target}"
    said = (tmp_path / "api.html").read_text(encoding="utf-8")
    assert all(f"iqgeo.{name}" in said for name in iqgeo.__all__ if name != "IqgeoError")


ELSEWHERE = {
    "plan run": "tests/cli/test_plans.py",
    "plans publish": "tests/cli/test_plans.py",
    "plans remove": "tests/cli/test_plans.py",
    "sweep": "tests/scenario/test_sweep.py",
    "report --new --letters --docx": "tests/reports/test_letter_docx.py",
}
"""What takes long or needs more than a folder is made there, with data of its own; here it is parsed."""
SEEN: set[str] = set()
PLAN = 'version = 2\nname = "Plan A"\n[[stages]]\nyear = 2012\n'


def lines_of(page: Path) -> list[str]:
    """Every line that a reader types, joined where it is broken."""
    return "\n".join(blocks(page, "sh")).replace("\\\n", " ").splitlines()


@cache
def commands() -> Any:
    """All commands, as the parser has them."""
    return typer.main.get_command(app)


@cache
def code() -> str:
    """Every module of the package in one."""
    return "\n".join(it.read_text(encoding="utf-8") for it in (ROOT / "iqgeo").rglob("*.py"))


def command_of(words: list[str]) -> tuple[str, Any, list[str]]:
    """The command with its options as a key, as the parser knows it, and what is left to parse."""
    found, name, rest = commands(), [], words
    while hasattr(found, "commands"):
        found, name, rest = found.commands[rest[0]], [*name, rest[0]], rest[1:]
    assert name
    said = [it.split("=")[0] for it in rest if it.startswith("--")]
    suffixes = [Path(it).suffix for it in rest if not it.startswith("--")]
    return " ".join([*name, *said, *(it for it in suffixes if it)]), found, rest


def run_line(words: list[str]) -> None:
    key, command, rest = command_of(words)
    command.make_context(key, list(rest))
    if key in SEEN:
        return
    SEEN.add(key)
    elsewhere = next((test for it, test in ELSEWHERE.items() if key.startswith(it)), None)
    if elsewhere is not None:
        assert (ROOT / elsewhere).is_file()
        return
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, f"{words}: {result.output}"


def check_line(words: list[str]) -> None:
    """What is typed that is no command of ours: it names what there is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    elif words[:2] == ["pip", "install"]:
        for extra in re.findall(r"iqgeo\[(\w+)\]", " ".join(words)):
            assert extra in project["optional-dependencies"]
    elif words[0] == "export":
        assert words[1].split("=")[0] in code()
    elif words[1:4] == ["-m", "streamlit", "run"]:
        assert (ROOT / words[4]).is_file()
        for it in words[5:]:
            assert not it.startswith("--") or streamlit.config.get_option(it.removeprefix("--")) is not ...
    else:
        assert words[0] in {"createuser", "duckdb", "dask", "podman"}, words


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [it for it in [*PAGES, ROOT / "README.md"] if blocks(it, "sh")], ids=lambda it: it.stem
)
def test_every_command_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IQGEO_STORE", str(tmp_path / "plans.db"))
    for name in ("stellen.csv", "meine_stellen.csv"):
        Path(name).write_text("name;lon;lat\nLeer;7,46;53,23\nCelle;10,08;52,62\n", encoding="utf-8")
    Path("plan.toml").write_text(PLAN, encoding="utf-8")
    for line in lines_of(page):
        words = shlex.split(line.replace("&&", " && "), comments=True)
        if words and words[0].removeprefix(".venv/bin/") == "iqgeo":
            run_line(words[1:])
        elif words:
            check_line(words)


def test_every_toml_block_is_what_it_says(tmp_path: Path) -> None:
    """The study of the handbook is read as a study; other blocks are TOML."""
    for page in PAGES:
        for block in blocks(page, "toml"):
            assert tomllib.loads(block)
            if "[vary]" not in block:
                continue
            for name in ("bayern", "hessen"):
                (tmp_path / name).symlink_to(ROOT / "data" / "niedersachsen")
            (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
            # Every key with one value of its own: all of them together are thousands of tasks.
            few = re.sub(
                r"^((?!search.model)\S+ = \[)([^,\]]+),[^\]]*\]", r"\1\2]", block, flags=re.MULTILINE
            )
            few = few[: few.index("[draw]")] + block[block.index("[draw]") :].replace(
                "number = 50", "number = 1"
            )
            (tmp_path / "studie.toml").write_text(few, encoding="utf-8")
            with opened_sweep(tmp_path / "studie.toml") as study:
                assert study.name in block
                assert len(study.tasks) == 4


def test_every_command_named_in_a_sentence_is_one() -> None:
    for page in [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for typed in re.findall(r"`iqgeo ((?:[a-z]+ ?)+)", page.read_text(encoding="utf-8")):
            found = commands()
            for word in typed.split():
                if hasattr(found, "commands"):
                    assert word in found.commands, f"{page.name}: iqgeo {typed}"
                    found = found.commands[word]


@pytest.mark.parametrize(
    "page", [it for it in [*PAGES, ROOT / "README.md"] if blocks(it, "python")], ids=lambda it: it.stem
)
def test_every_python_block_runs(page: Path) -> None:
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(block, names)


def test_every_picture_of_the_handbook_is_one_that_is_taken(tmp_path: Path) -> None:
    asked = [name for page in PAGES for name, _ in ASKED.findall(page.read_text(encoding="utf-8"))]
    assert sorted(asked) == sorted(PICTURES), "each once"
    assert {screen for screen, _ in PICTURES.values()} <= set(PATHS)
    # None is kept, so that none is of an app that was.
    assert not [it for it in DOCS.rglob("*.png") if it.parent != TAKEN and it.name != "screenshot.png"]
    assert "docs/bilder/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    page = "Text\n\n<!-- bild: planung: die Karte,\n groß -->\n"
    assert "„die Karte, groß“: fehlt" in with_pictures(page, tmp_path, "../")
    (tmp_path / "planung.png").touch()
    assert f"![die Karte, groß](../{tmp_path.name}/planung.png)" in with_pictures(page, tmp_path, "../")


def test_the_glossary_uses_the_words_of_the_texts() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (DOCS / "glossar.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and "---" not in line
    ][1:]
    german, english = (
        " ".join(entry[lang] for entry in catalogue().values()).lower() for lang in ("de", "en")
    )
    for de, en, names, meaning in rows:
        for word in de.split(", "):
            assert word.split()[-1].lower()[:5] in german, word
        for word in en.split(", "):
            assert word.split()[-1].lower() in english, word
        for name in re.findall(r"`(\w+)`", names):
            assert name in code(), name
        assert meaning
