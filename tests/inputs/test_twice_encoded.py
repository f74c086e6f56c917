"""Words that were encoded twice are read as they were meant, and nothing else is touched."""

import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.inputs import check_file, read_offices
from iqgeo.inputs.twice_encoded import once

LETTERS = "abcXYZ ()-/äöüÄÖÜßéèçñøåÅ–„“’…°"
NAMES = st.text(LETTERS, max_size=12)


def twice(written: str, hands: str) -> str:
    """The text as a program shows it that takes its bytes for letters of its own."""
    return "".join(_shown(byte, hands) for byte in written.encode())


def _shown(byte: int, hands: str) -> str:
    try:
        return bytes([byte]).decode(hands)
    except UnicodeDecodeError:
        return chr(byte)


@given(written=NAMES)
def test_what_was_encoded_twice_is_as_it_was_meant(written):
    assert once(twice(written, "cp1252")) == written
    # A program that takes each byte for the letter of its number leaves control signs: "WeiÃ\x9fenburg".
    assert once(twice(written, "latin-1")) == written


@settings(max_examples=8, deadline=None)
@given(written=NAMES)
def test_a_table_of_plain_words_is_left_alone(written):
    names = [f"{written}x", "Göttingen", "„MENÜ“", "CAFÉ–BAR", "UNIVERSITÄ“"]
    frame = pd.DataFrame({"id": list("abcde"), "name": names, "lon": 9.5, "lat": 52.5})
    read = read_offices((frame.to_csv(index=False).encode(), "a.csv"))
    assert read.frame["name"].tolist() == [it.strip() for it in names]
    assert "encoded_twice" not in {it.code for it in read.repairs}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_form_is_mended_and_says_so(form):
    names = ["Göttingen", "Nienburg (Weser) – Büro", "Straße", "Celle"]
    frame = pd.DataFrame({"id": list("abcd"), "name": names, "Längengrad": 9.5, "Breitengrad": 52.5})
    wrong = frame.map(lambda it: twice(it, "cp1252") if isinstance(it, str) else it)
    wrong.columns = [twice(it, "cp1252") for it in frame.columns]
    out = io.BytesIO()
    if form == "xlsx":
        wrong.to_excel(out, index=False)
    else:
        wrong.to_csv(out, index=False)
    read = read_offices((out.getvalue(), f"a.{form}"))
    assert read.frame["name"].tolist() == names
    said = [it for it in read.repairs if it.code == "encoded_twice"]
    assert [(it.count, it.value) for it in said] == [(3, "GÃ¶ttingen")]
    assert check_file((out.getvalue(), f"a.{form}")).ok
