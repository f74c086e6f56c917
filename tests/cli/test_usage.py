"""A call that is none is refused in the reader's language, with what to do."""

import os
import re
import subprocess
import sys

import pytest

from iqgeo.cli.main import main
from iqgeo.region import Region
from iqgeo.texts import LANGUAGES, Lang, text
from tests.foreign import foreign_words

CALLS = {
    "coverage --nosuch": "--nosuch",
    "coverage --tagret-km 3": "--target-km",
    "nosuch": "coverage, gaps",
    "plan nosuch": "run, compare",
    "check": "FILES",
    "coverage --target-km": "--target-km",
    "app --port abc": "--port",
    "coverage Bad Iburg": "Bad Iburg",
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("call", CALLS)
def test_what_is_wrong_with_a_call_is_said_in_the_language(
    call: str, lang: Lang, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.modules[main.__module__], "HELP_LANGUAGE", lang)
    monkeypatch.setattr(sys, "argv", ["iqgeo", *call.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    written = capsys.readouterr()
    assert ended.value.code == 2
    assert written.out == ""
    assert CALLS[call] in written.err
    assert written.err.count("\n") == 1
    for english in ("No such", "Error", "Usage", "Missing argument", "Invalid", "requires"):
        assert english not in written.err


def test_a_call_without_anything_gets_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["iqgeo"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "coverage" in capsys.readouterr().err


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_is_in_one_language_to_its_headings(lang: Lang, region: Region) -> None:
    # The language of help is that of the environment, which is read as the program starts.
    asked = [sys.executable, "-m", "iqgeo", "coverage", "--help"]
    done = subprocess.run(
        asked, env={**os.environ, "IQGEO_LANG": lang}, capture_output=True, check=True, encoding="utf-8"
    )
    # Names of commands and options are of no language.
    said = re.sub(r"iqgeo coverage|--[\w-]+|<\w+>|[A-Z_]{3,}", " ", done.stdout)
    assert text("cli.heading.options", lang) + ":\n" in done.stdout
    assert foreign_words(said, lang, region) == set()
