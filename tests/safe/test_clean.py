"""Text on its way out: laws for anything anyone can type."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from iqgeo.safe.clean import MAX_CELL_CHARACTERS, clean, file_name, formula_proof, sheet_names

ANYTHING = st.text(alphabet=st.characters(codec=None), max_size=60) | st.sampled_from(
    [
        "",
        " ",
        "'",
        "History",
        "history ",
        "[]:*?/\\",
        "=1+1",
        "a" * 40_000,
        "\ud800",
        "\ufffe",
        "\x00\x0b",
        "😀" * 31,
    ]
)


@given(ANYTHING)
def test_clean_text_fits_every_format(value: str) -> None:
    cleaned = clean(value)
    assert len(cleaned) <= MAX_CELL_CHARACTERS
    cleaned.encode("utf-8")
    assert not any(unicodedata.category(it) in ("Cc", "Cs", "Zl", "Zp") for it in cleaned)
    assert not any(ord(it) & 0xFFFE == 0xFFFE for it in cleaned)
    assert clean(cleaned) == cleaned


@given(st.text(alphabet="abcäöüß ÄÖÜ-().,'„“", max_size=40))
def test_clean_leaves_ordinary_names_alone(value: str) -> None:
    assert clean(value) == value.strip()


def test_clean_knows_missing_values() -> None:
    assert clean(None) == ""
    assert clean(float("nan")) == ""


@given(
    st.text(alphabet=" \t\u00a0\u200b\ufeff", max_size=3), st.sampled_from("=+-@＝＋－＠﹣﹢﹦﹫−"), ANYTHING
)
def test_no_text_begins_as_a_formula(before: str, sign: str, rest: str) -> None:
    assert formula_proof(before + sign + rest) == "'" + before + sign + rest


@given(st.text(alphabet="abcÄ0123456789(", min_size=1, max_size=10))
def test_ordinary_text_stays(value: str) -> None:
    assert formula_proof(value) == value


@given(st.lists(ANYTHING, max_size=30))
def test_sheet_names_are_what_excel_accepts(wanted: list[str]) -> None:
    names = sheet_names(wanted, ["Übersicht"])
    assert len(names) == len(wanted)
    folded = [name.casefold() for name in names]
    assert len(set(folded)) == len(folded)
    assert "übersicht" not in folded
    assert "history" not in folded
    for name in names:
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")


def test_equal_names_are_told_apart() -> None:
    assert sheet_names(["Osnabrück", "OSNABRÜCK", "Osnabrück"]) == [
        "Osnabrück",
        "OSNABRÜCK (2)",
        "Osnabrück (3)",
    ]


@given(ANYTHING)
def test_file_names_are_harmless(value: str) -> None:
    name = file_name(value)
    assert 1 <= len(name) <= 60
    assert not set(name) & set('/\\:*?"<>|. \n\x00')
    name.encode("utf-8")
