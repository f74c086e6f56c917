"""Every row of the registry with every nasty name at once: each form is made, whole, and nothing in it runs."""

import io
import json
import os
import re
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.case import Case, case_of
from iqgeo.errors import InputError
from iqgeo.region import Region
from iqgeo.reports.registry import DEFAULT, WRITERS, Writer
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.load import Given, load
from iqgeo.scenario.model import OwnFile, Scenario, Stage
from iqgeo.scenario.start import start_of

NAMES = (
    "=1+1", "＝1+1", "@SUM(A1)", "\t=1", "Leer [neu]", "[/Nord]", "\x1b]0;x\x07rot", "\u202eabc", "x\u0301 Stade",
    "\u0301", "\U0001f3e2 Amt", "\U00013000", "\u0645\u0643\u062a\u0628", "\u05de\u05e9", "\u4e2d\u6587", "\ue000",
    "a\ufe0f\u200d\u2640", "\U000e0041x", "e\u0301\u0323\u0308" * 20, '#read("/etc/passwd")', "$x^2$", "<label> @ref",
    "//c /* ]]>", "\u2028zeile", "</svg><script>alert(1)</script>", "{{7*7}} ${x} `y`", "&P &D &amp;", "_x0041_",
    "'; DROP TABLE layer_styles; --", "http://example.org/", "History", "..\\..\\x", "CON", "n" * 180, "\x9b31m",
)  # fmt: skip
ALLOWED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def case(names: tuple[str, ...], region: Region, folder: Path) -> Case:
    """Offices of those names beside each other, as somebody's file brings them."""
    features = [
        {"type": "Feature", "properties": {"id": f"i{at}", "name": name},
         "geometry": {"type": "Point", "coordinates": [7.3 + 0.09 * (at % 30), 52.2 + 0.035 * at]}}
        for at, name in enumerate(names)
    ]  # fmt: skip
    path = folder / "offices.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    scenario = Scenario(
        name=names[0],
        files=(OwnFile("offices", path),),
        settings=start_of(region),
        stages=(Stage(names[-1], closed=("i0",)),),
    )
    return case_of(evaluate(scenario, load(scenario, Given(region))))


@pytest.fixture(scope="module")
def nasty(region: Region, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return case(NAMES, region, tmp_path_factory.mktemp("names"))


def check(form: Writer, content: bytes) -> None:
    assert content
    if form.suffix in (".csv", ".geojson", ".html", ".svg"):
        assert not ALLOWED.search(content.decode("utf-8-sig"))
    if form.suffix == ".geojson":
        json.loads(content)
    if form.suffix in (".html", ".svg"):
        assert b"<script>alert(1)" not in content
    if form.suffix in (".svg",):
        ET.fromstring(content)
    if form.suffix in (".xlsx", ".pptx", ".docx"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                if name.endswith((".xml", ".rels")):
                    ET.fromstring(archive.read(name))
    if form.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            assert not [it for it in archive.namelist() if re.search(r'[\\/:*?"<>|]|\.\.', it)]
    if form.suffix == ".pdf":
        assert content.startswith(b"%PDF")


ALL = os.environ.get("IQGEO_FAULTS") == "all"
# The others take seconds each, and have tests of their own with such names (test_hostile, test_typeset).
QUICK = (".csv", ".geojson", ".svg")


@pytest.mark.parametrize(
    "form", [it for it in WRITERS if ALL or it.suffix in QUICK], ids=lambda it: f"{it.document}{it.suffix}"
)
def test_every_form_holds_every_name(form: Writer, nasty: Case) -> None:
    if form.document == "story":
        # Nobody's list of offices says over which years: that is refused with a sentence.
        with pytest.raises(InputError) as refused:
            form.write(nasty, "de", DEFAULT)
        assert refused.value.message("de")
        return
    check(form, form.write(nasty, "de", DEFAULT))


@pytest.mark.skipif(not ALL, reason="minutes: with IQGEO_FAULTS=all, as in the nightly run")
@settings(max_examples=12)
@given(st.lists(st.text(max_size=30).filter(str.strip), min_size=2, max_size=6, unique=True))
def test_every_form_holds_names_of_all_of_unicode(
    region: Region, tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    """Another form for every example: what they share is where names go wrong."""
    shown = tuple(f"x {name}" for name in names)
    made = case(shown, region, tmp_path_factory.mktemp("names"))
    forms = [it for it in WRITERS if it.document != "story"]
    form = forms[sum(map(ord, shown[0])) % len(forms)]
    check(form, form.write(made, "en", DEFAULT))
