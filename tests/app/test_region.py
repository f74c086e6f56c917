"""The app on a region of one's own: its names, its offices, its years; the command says what is wrong."""

import shutil
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import iqgeo
from iqgeo.app import resources
from iqgeo.cli import main
from iqgeo.region import REGION_VARIABLE, embedded_directory


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A region with another name, kept from earlier runs by nobody."""
    folder = tmp_path / "anderswo"
    shutil.copytree(embedded_directory(), folder)
    described = folder / "region.toml"
    written = described.read_text(encoding="utf-8").replace('name = "Niedersachsen"', 'name = "Anderswo"')
    described.write_text(written, encoding="utf-8")
    monkeypatch.setenv(REGION_VARIABLE, str(folder))
    st.cache_resource.clear()
    yield folder
    st.cache_resource.clear()


def test_the_pages_speak_of_the_region_they_were_opened_on(elsewhere: Path) -> None:
    page = Path(iqgeo.__file__).parent / "app" / "screens" / "overview.py"
    test = AppTest.from_file(str(page), default_timeout=120).run()
    assert not test.exception
    said = " ".join(str(it.proto.body) for it in test.get("html"))
    assert "Anderswo" in said
    assert resources.region().directory == elsewhere


def test_a_folder_that_is_no_region_is_said_before_anything_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["iqgeo", "app", "--region", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "region.toml" in capsys.readouterr().err
