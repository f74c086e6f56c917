"""A call that is none is refused in the reader's language, with what to do."""

import sys

import pytest

from iqgeo.cli.main import main
from iqgeo.texts import LANGUAGES, Lang

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
