"""Tables of men and women, citizens and others, without a row or column for all: their sum, or a question."""

import itertools

import numpy as np
import pandas as pd
import pytest

from iqgeo.errors import InputError
from iqgeo.inputs import read_shares
from iqgeo.inputs.parts import are_whole
from iqgeo.region import load_region

REGION = load_region()
KEYS = sorted(REGION.district_names)
WHOLE = [
    ("männlich", "weiblich"), ("Männer", "Frauen", "divers"), ("M", "F"), ("male", "female"),
    ("mannen", "vrouwen"), ("Deutsche", "Ausländer"), ("deutsch", "nichtdeutsch", "ohne Angabe"),
    ("Deutsche", "Ausländerinnen und Ausländer"),
    ("unter 3 Jahre", "3 bis unter 18 Jahre", "18 bis unter 65 Jahre", "65 Jahre und mehr"),
    ("0-17", "18-64", "65+"), ("0 bis 5 Jahre", "6 bis 64 Jahre", "65 und älter"),
    ("under 18", "18 and over"),
]  # fmt: skip
UNKNOWN = [
    ("männlich",), ("weiblich", "divers"), ("Deutsche", "EU-Ausländer"), ("Deutsche", "Türkei", "Polen"),
    ("Deutsche", "Ausländer", "darunter EU"), ("männlich", "weiblich", "verheiratet"),
    ("unter 18", "18 bis 65", "65 und mehr"), ("18-64", "65+"), ("0-17", "18-64"), ("0-17", "20-64", "65+"),
    ("männlich", "weiblich", "Männer"), ("", "männlich", "weiblich"),
]  # fmt: skip


@pytest.mark.parametrize("words", WHOLE)
def test_what_is_known_to_be_whole(words):
    assert all(are_whole(it) for it in itertools.islice(itertools.permutations(words), 6))


@pytest.mark.parametrize("words", UNKNOWN)
def test_what_may_lack_somebody_or_count_somebody_twice(words):
    assert not are_whole(words)


def people(seed=1):
    """Persons of every district by sex and citizenship."""
    draw = np.random.default_rng(seed)
    return {
        key: {(s, n): int(draw.integers(900, 90_000)) for s in range(2) for n in range(2)} for key in KEYS
    }


SEX, NATION = ("männlich", "weiblich"), ("Deutsche", "Ausländer")


def long(counts, sexes=SEX, nations=NATION, key=str):
    rows = [
        (key(area), sexes[s], nations[n], cell) for area, of in counts.items() for (s, n), cell in of.items()
    ]
    return pd.DataFrame(rows, columns=["AGS", "Geschlecht", "Nationalität", "Anzahl"]).to_csv(
        index=False, sep=";"
    )


def wide(counts, *, turned=False):
    """Two rows of headings, merged as Excel writes them."""
    pairs = [(s, n) for n in range(2) for s in range(2)]
    upper = [NATION[n] if not s else "" for s, n in pairs]
    lines = [";" + ";".join(upper), "AGS;" + ";".join(SEX[s] for s, _ in pairs)]
    lines += [f"{area};" + ";".join(str(of[pair]) for pair in pairs) for area, of in counts.items()]
    return "\n".join(lines) + "\n"


def asked(text, weight):
    return read_shares((text.encode(), "tabelle.csv"), REGION, weight=weight)


@pytest.mark.parametrize("shape", [long, wide])
@pytest.mark.parametrize(("weight", "nations"), [("population", (0, 1)), ("foreigners", (1,))])
def test_a_cross_table_without_a_row_for_all_is_summed_and_said(shape, weight, nations):
    counts = people()
    read = asked(shape(counts), weight)
    wanted = {key: sum(of[s, n] for s in range(2) for n in nations) for key, of in counts.items()}
    assert read.frame.set_index("area")["persons"].to_dict() == wanted
    told = [it for it in read.repairs if it.code == "parts_summed"]
    assert len(told) == 1
    assert "männlich" in told[0].sentence("de")
    assert ("Deutsche" in told[0].sentence("de")) == (weight == "population")


@pytest.mark.parametrize("heads", ["männlich;weiblich", "Deutsche;Ausländer", "Männer;Frauen;divers"])
def test_columns_that_are_all_together(heads):
    count = heads.count(";") + 1
    rows = "".join(
        f"{key};{';'.join(str(5000 + at + it) for it in range(count))}\n" for at, key in enumerate(KEYS)
    )
    read = asked(f"AGS;{heads}\n{rows}", "population")
    assert read.frame["persons"].tolist() == [
        count * (5000 + at) + sum(range(count)) for at in range(len(KEYS))
    ]
    # Beside a column of all nothing is summed.
    rows = "".join(f"{key};{70_000 + at};35000;35001\n" for at, key in enumerate(KEYS))
    whole = asked(f"AGS;Einwohner;männlich;weiblich\n{rows}", "population")
    assert whole.frame["persons"].min() == 70_000
    assert "parts_summed" not in {it.code for it in whole.repairs}


def test_what_is_not_known_to_be_whole_is_asked_about():
    counts = people()
    for sexes, nations in ((SEX, ("Deutsche", "EU-Ausländer")), (("männlich", "divers"), NATION)):
        with pytest.raises(InputError) as error:
            asked(long(counts, sexes, nations), "population")
        assert {it.code for it in error.value.problems} == {"figure_unclear"}


def test_shares_are_never_summed():
    rows = "".join(f"{key};49,1;50,9\n" for key in KEYS)
    for head in ("AGS;männlich;weiblich", "Anteile in Prozent\n\nAGS;männlich;weiblich"):
        with pytest.raises(InputError):
            asked(f"{head}\n{rows}", "population")


def test_a_part_that_is_kept_secret_leaves_the_sum_open():
    counts = people()
    text = long(counts).replace(f";männlich;Ausländer;{counts[KEYS[3]][0, 1]}\n", ";männlich;Ausländer;.\n")
    with pytest.raises(InputError) as error:
        asked(text, "foreigners")
    assert [(it.code, it.details["sign"]) for it in error.value.problems] == [("share_missing", ".")]
