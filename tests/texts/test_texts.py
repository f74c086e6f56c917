import ast
import itertools
import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import iqgeo
from iqgeo.texts import (
    LANGUAGES,
    Lang,
    catalogue,
    in_hundred,
    number,
    of_hundred,
    people_rounded,
    percent,
    plain,
    range_in_hundred,
    signed,
    text,
)
from iqgeo.texts.catalogue import SAME, SINGULAR, languages_written, placeholders, sentences
from iqgeo.words.clauses import marked_words

PACKAGE = Path(iqgeo.__file__).parent
CODE = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
ALL_CODE = "\n".join(CODE.values())


@pytest.mark.parametrize("lang", languages_written())
def test_a_translation_says_nothing_else(lang):
    """No sentence too many, none that is empty, the same values and emphasis as the German one."""
    german = sentences("de")
    lame = [
        key
        for key, sentence in sentences(lang).items()
        if key not in german
        or not sentence.strip()
        or placeholders(sentence) != placeholders(german[key])
        or sentence.count("**") != german[key].count("**")
    ]
    assert lame == []


def test_german_people_stand_in_the_dative_after_a_share_only():
    """``who`` is "Ausländerinnen und Ausländern"; whoever lives or is counted is ``counted``."""
    after_a_share = re.compile(r"(\{share\}(\*\*)?|von \{(people|all)\}) \{who\}")
    a_person = ("plans.who_when", "plans.page.by", "problems.store_conflict.what")
    lame = [
        key
        for key, sentence in sentences("de").items()
        if "{who}" in sentence and not after_a_share.search(sentence) and not key.startswith(a_person)
    ]
    assert lame == []


@pytest.mark.parametrize("key", sorted(key for key in sentences("de") if key.endswith(SINGULAR)))
def test_of_one_a_sentence_speaks_in_the_singular(key):
    plural = key.removesuffix(SINGULAR)
    for lang in LANGUAGES:
        one, many = sentences(lang)[key], sentences(lang)[plural]
        (counted,) = placeholders(many) - placeholders(one)
        assert placeholders(one) < placeholders(many)
        values = dict.fromkeys(placeholders(one), "x")
        assert text(plural, lang, **values, **{counted: number(1, lang)}) == one.format_map(values)
        for count in (0, 2, 21, 101):
            said = {**values, counted: number(count, lang)}
            assert text(plural, lang, **said) == many.format_map(said)
            assert marked_words([(plural, said)], lang) == many.format_map(said)
        said = {**values, counted: "1"}
        assert marked_words([(plural, said)], lang) == one.format_map(said)


_PLURALS = (
    "Abschnitte|Annahmen|Anschriften|Antworten|Aufgaben|Auswahlen|Befunde|Beratungen|Beratungstage|Dateien|"
    "Ebenen|Enden|Entfernungen|Etappen|Flächen|Fragen|Gebiete|Gegenden|Gemeinden|Hinweise|Inseln|Jahren?|"
    "Kandidaten|Kennungen|Kreisen?|Lücken|Mängel|Monaten?|Nachfragepunkten?|Orten?|Paare|Pläne|Plätze|Punkte|"
    "Seiten|Siedlungsflächen|Spalten|Standorten?|Stellen|Straßen|Straßenabschnitte|Straßenstücken?|Strecken|"
    "Stunden|Tagen?|Teile|Texte|Varianten|Versionen|Wasserflächen|Wegen?|Zeilen|Zellen|Änderungen"
)
_BETWEEN = (
    "weiteren?|neuen?|eigenen?|anderen?|möglichen?|früheren?|bewohnten?|ausgeblendeten?|veröffentlichten?|"
    "abgetrennten?"
)
# Of a whole that is named ("drei von {rows} Zeilen") the plural may stand.
_COUNTED = re.compile(
    rf"(?<!von )\{{(\w+)\}}\**(?:-mal im|[ \u00a0]\**(?:(?:{_BETWEEN})\**[ \u00a0])*(?:{_PLURALS}))\b"
)
_NEVER_ONE = {
    "a limit, and what is beyond it": """
        network.panel.busy problems.roads_too_large.what problems.place_home_full.what
        problems.too_many_rows.what problems.too_many_columns.what problems.zip_too_many.what
        problems.workbook_counts.what problems.layers_too_many.what problems.plan_many_stages.what
        problems.kml_too_deep.what
        problems.study_many.what problems.store_many_files.what problems.store_many_outputs.what
        problems.login_expired.what reports.gaps.printed_line reports.gaps.printed_rows_line
        reports.gaps.printed_towns_line""",
    "refused because it is less than one, or far more": """
        problems.outreach_days.what problems.outreach_hours.what problems.load_rate.what
        problems.load_per_post.what problems.calendar_road_days.what problems.siting_bad_instances.what
        problems.siting_bad_per_office.what""",
    "more than the candidates, of which there is one at least": "problems.siting_new_too_many.what",
    "a choice is told as one among several": """
        network.proof.optimal network.proof.fewest proof.optimal_keep-best""",
    "the same question twice at least": "firmness.all firmness.some firmness.none reports.board.reasons_of",
    "told only of two and more": """
        app.plans.on_days_many reports.board.decide_stages problems.areas_missing.what""",
    "a road has two ends": "app.roads.network cli.check.roads",
    "consultations of a year, in thousands": "network.load.headline",
    "lists a whole country": "inputs.notices.register",
    "no number but the kind of towns": "proof.optimal_outreach-fewest proof.optimal_outreach-most",
}


def test_what_is_counted_can_be_one():
    """A number before a plural has a sentence in the singular, or never is one."""
    german = sentences("de")
    lame = {
        key
        for key, sentence in german.items()
        if not key.endswith(SINGULAR)
        and set(_COUNTED.findall(sentence)) & placeholders(german.get(key + SINGULAR, sentence))
    }
    assert lame == {key for keys in _NEVER_ONE.values() for key in keys.split()}


def test_what_lies_between_two_ends_can_lie_at_one():
    """Nobody reads "zwischen 25,0 % und 25,0 %": such a sentence has another for ends that are alike."""
    german = sentences("de")
    between = {key for key, it in german.items() if re.search(r"zwischen (?:rund )?\{low\} und \{high\}", it)}
    # Of people in a district, rounded to a hundred, of whom a sample of one in a hundred was asked.
    between -= {"words.sample.district", "words.sample.district_city"}
    assert {f"{key}{SAME}" for key in between} == {
        "words.band_same",
        "words.sample.share_same",
        "network.spread.range_same",
    }
    for key, lang in itertools.product(sorted(between), LANGUAGES):
        values = dict.fromkeys(placeholders(german[key]), "x")
        assert text(key, lang, **values) == sentences(lang)[key + SAME].format_map(values)
        other = {**values, "high": "y"}
        assert text(key, lang, **other) == sentences(lang)[key].format_map(other)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_is_missing_in_a_language_that_is_offered(lang):
    assert sorted(set(sentences("de")) - set(sentences(lang))) == []


def test_a_step_of_a_plan_has_one_word():
    """As the glossary says; who reads of two words looks for two things."""
    told = [key for key, it in sentences("de").items() if re.search(r"\bStuf(e|en|ung)\b|Stufenplan", it)]
    assert told == []


def test_the_languages_are_those_of_the_type():
    assert set(get_args(Lang)) == set(LANGUAGES) <= set(languages_written())


def test_no_word_of_streamlit_stands_for_two_in_any_language():
    """The page replaces a word wherever it stands, whichever language it was in before."""
    meant = {}
    for key, sentence in catalogue().items():
        if key.startswith("streamlit."):
            for word in sentence.values():
                meant.setdefault(word, set()).add(key)
    assert meant
    assert {word: keys for word, keys in meant.items() if len(keys) > 1} == {}


def test_every_sentence_asked_for_by_name_is_there():
    asked = set(re.findall(r"""\btext\(\s*f?["']([a-z_]+(?:\.[a-zA-Z_-]+)+)["']""", ALL_CODE))
    assert asked
    assert asked <= set(catalogue())


# Said by commands alone, or of a region that a command makes.
_OF_COMMANDS = """
    calendar_no_places executor_no_workers grid_shares_alone grid_shares_of_places least_alone
    letter_template_no_docx network_model no_gap_list state_year story_own_figures swap_not_of_grids
    weight_misspelt weight_without_name store_heir store_missing store_not_empty store_not_made"""


def test_a_page_names_no_option_of_a_command():
    """What readers and pages refuse has a way out on a page; so does what they say of a file."""
    said = catalogue()
    others = [code for path, code in CODE.items() if "cli" not in path.relative_to(PACKAGE).parts]
    named = {it for code in others for it in re.findall(r'"([a-z_]+)"', code)}
    of_problems = {it: words["de"] for it, words in said.items() if it.startswith("problems.")}
    with_option = {
        key.split(".")[1]
        for key, sentence in of_problems.items()
        if not key.endswith(".on_page") and re.search(r" --[a-z]", sentence)
    }
    own = {it for it in with_option if f"problems.{it}.on_page" in said}
    assert with_option & named - own == {*_OF_COMMANDS.split()} | {"roads_not_found"}
    notices = {it for it, words in said.items() if it.startswith("inputs.notices.") and "--" in words["de"]}
    assert {it.replace("notices", "on_page") for it in notices} <= said.keys()
    pages = {it: words for it, words in said.items() if "on_page" in it}
    assert not [it for it, words in pages.items() if "--" in "".join(words.values())]


def test_pages_ask_for_the_words_of_a_page():
    """Whoever writes a problem or a notice on a page says so."""
    calls = [
        (path.name, node.lineno)
        for path, code in CODE.items()
        if "app" in path.relative_to(PACKAGE).parts
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("message", "remedy", "sentence")
        and not any(it.arg == "on_page" for it in node.keywords)
    ]  # fmt: skip
    # How far work has come names no option.
    assert {name for name, _ in calls} <= {"roads.py"}
    assert len(calls) == 1


def test_every_problem_has_a_sentence_and_a_remedy():
    codes = set(re.findall(r"""Problem\(\s*(?:code=)?["']([a-z_0-9]+)["']""", ALL_CODE))
    assert codes
    for code in codes:
        assert f"problems.{code}.what" in catalogue(), code
        assert f"problems.{code}.remedy" in catalogue(), code


@pytest.mark.parametrize(
    ("value", "digits", "german", "english"),
    [
        (1234.56, 1, "1.234,6", "1,234.6"),
        (-18800, 0, "\u221218.800", "\u221218,800"),
        (-0.0001, 1, "0,0", "0.0"),
        (float("nan"), 0, "–", "–"),
    ],
)
def test_numbers(value, digits, german, english):
    assert number(value, "de", digits) == german
    assert number(value, "en", digits) == english


@given(st.floats(-1e12, 1e12), st.integers(0, 3))
def test_a_number_read_back_is_the_number_rounded(value, digits):
    back = number(value, "de", digits).replace(".", "").replace(",", ".").replace("\u2212", "-")
    assert float(back) == pytest.approx(round(value, digits), abs=10**-digits / 1e3)


@pytest.mark.parametrize(
    ("people", "german"),
    [
        (0, "0"),
        (7, "7"),
        (843_211, "840.000"),
        (996_000, "1,0\u00a0Millionen"),
        (4_634_000, "4,6\u00a0Millionen"),
    ],
)
def test_people_for_a_board(people, german):
    assert people_rounded(people, "de") == german


def test_shares_never_round_to_all_or_nothing():
    assert of_hundred(0.997) == "99 von 100"
    assert of_hundred(0.002) == "1 von 100"
    assert of_hundred(1.0) == "100 von 100"
    assert of_hundred(0.0, "en") == "0 of 100"
    assert percent(0.4726, "de") == "47,3\u00a0%"


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted))
def test_a_range_holds_the_share_it_is_around(three: list[float]):
    low, share, high = three
    ends = [float(it) for it in range_in_hundred(low, share, high, "en")]
    assert ends[0] <= float(in_hundred(share, "en")) <= ends[1]
    # The same number twice is no range: then it is all that can be said of both.
    assert ends[0] < ends[1] or in_hundred(low) == in_hundred(high)
    for it in three:
        said = float(in_hundred(it, "en"))
        assert (said == 0) == (it == 0)
        assert (said == 100) == (it == 1)


def test_a_range_is_of_whole_numbers_where_these_tell_it():
    assert range_in_hundred(0.632, 0.689, 0.708) == ("63", "71")
    assert range_in_hundred(0.0155, 0.016, 0.0164) == ("1,6", "1,6")
    assert range_in_hundred(0.0199, 0.02, 0.0201) == ("2,0", "2,0")
    assert range_in_hundred(0.447, 0.448, 0.463) == ("44,7", "46,3")


def test_changes_carry_their_sign():
    assert signed(513_500) == "+\u00a0513.500"
    assert signed(-18_800) == "\u2212\u00a018.800"
    assert signed(0) == "0"
    assert plain(1.3) == "1,3"
    assert plain(35.0, "en") == "35"


def test_a_sentence_that_is_not_there_is_our_fault():
    with pytest.raises(KeyError):
        text("cli.no_such_sentence")
