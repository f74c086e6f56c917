"""Nobody's name is a command: not to the terminal, not to the library that draws its tables."""

import io
import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from iqgeo.cli import main
from iqgeo.cli.laid_out import LaidOut
from iqgeo.cli.screen import Screen
from iqgeo.safe.clean import terminal_text
from iqgeo.safe.write import json_bytes

COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
NASTY = (
    "Leer [neu]", "[/Nord]", "[bold]x[/bold]", "[link=file:///etc/passwd]x[/link]", "[[x]]", "[/]",
    "\\[x]", "[@click=x]",
    ":smile:", ":warning: Stade", "\x1b[31mrot", "\x1b]0;geklaut\x07", "\x9b31m", "\x9d0;x\x9c",
    "\u202eetarevne", "\u2066x",
    "a\rb", "a\x08\x08b", "\x7f", "\ud800", "x\u0301", "{x}", "{0}", "%s", "`x`", "$(x)", "<b>", "=1+1",
)  # fmt: skip
ANYTHING = st.text(alphabet=st.characters(codec=None), max_size=40) | st.sampled_from(NASTY)


def drawn(name: str, *, tty: bool) -> str:
    out = io.StringIO()
    colours: Any = {"color_system": "truecolor"} if tty else {}
    rich = LaidOut(out, 300, is_terminal=tty, **colours)
    table = Table(name, box=None, header_style="bold" if tty else "none")
    table.add_row(name)
    rich.print(table)
    Screen(out, width=300, is_terminal=tty).print(f"<{name}>", bold=True)
    return out.getvalue()


@given(ANYTHING)
def test_a_name_is_drawn_as_it_is_written(name: str) -> None:
    written = drawn(name, tty=False)
    assert not COMMANDS.search(written)
    assert f"<{terminal_text(name)}>" in written.replace("\t", " ") or "\t" in name


@given(ANYTHING)
def test_on_a_terminal_only_our_own_commands_arrive(name: str) -> None:
    ours = re.sub("\x1b\\[[0-9;]*m", "", drawn(name, tty=True))
    assert not COMMANDS.search(ours)
    # Colour is ours: bold and back, whatever a name wishes.
    assert set(re.findall("\x1b\\[([0-9;]*)m", drawn(name, tty=True))) <= {"1", "0"}


@given(ANYTHING)
def test_what_is_no_command_stays(name: str) -> None:
    shown = terminal_text(name)
    assert len(shown) == len(name)
    assert terminal_text(shown) == shown
    for before, after in zip(name, shown, strict=True):
        changed = COMMANDS.match(before) or unicodedata.category(before) in ("Cs", "Cf")
        assert changed or before == after


@given(ANYTHING)
def test_json_means_the_same_and_commands_nothing(name: str) -> None:
    written = json_bytes({name: [name]})
    assert json.loads(written) == {name: [name]}
    assert not COMMANDS.search(written.decode().replace("\n", ""))


@pytest.fixture
def offices(tmp_path: Path) -> Path:
    """A file of offices with every nasty name, six of them in reach of people."""
    path = tmp_path / "offices.json"
    features = [
        {"type": "Feature", "properties": {"id": f"x{at}[/b]", "name": f"{at} {name}"},
         "geometry": {"type": "Point", "coordinates": [7.6 + 0.1 * (at % 25), 52.2 + 0.05 * at]}}
        for at, name in enumerate(NASTY)
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("coverage",),
        ("gaps",),
        ("check",),
        ("suggest", "--new", "2", "--least-people", "40000"),
        ("suggest", "--model", "keep-best", "--keep", "5"),
        ("suggest", "--new", "1", "--least-people", "60000", "--json", "-"),
    ],
    ids=" ".join,
)
def test_commands_give_nasty_names_back_as_text(
    words: tuple[str, ...], offices: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given_file = [str(offices)] if words == ("check",) else ["--offices", str(offices)]
    monkeypatch.setattr(sys, "argv", ["iqgeo", *words, *given_file])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    written = capsys.readouterr()
    assert not COMMANDS.search(written.out.replace("\n", "") + written.err.replace("\n", ""))
    if words == ("coverage",):
        assert "[neu]" in written.out


@pytest.mark.parametrize("name", NASTY, ids=ascii)
def test_a_plan_with_a_nasty_name_is_text(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quoted = json.dumps(name.encode("utf-8", "replace").decode())
    path = tmp_path / "plan.toml"
    path.write_text(
        f"version = 2\nname = {quoted}\nnote = {quoted}\n[demand]\nweight = {quoted}\n"
        f"[candidates]\nrequire = [{quoted}]\n[[stages]]\nname = {quoted}\nyear = 2012\n{quoted} = 1\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(sys, "argv", ["iqgeo", "plan", "run", str(path), "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    written = capsys.readouterr()
    assert written.err
    assert not COMMANDS.search((written.out + written.err).replace("\n", ""))
