"""Districts that were merged, by their names: in tables of names they stand beside those of today."""

from dataclasses import replace
from typing import Final

from iqgeo.inputs.cells import texts
from iqgeo.inputs.gazetteer import TownMatch
from iqgeo.inputs.layout import is_day, is_number
from iqgeo.inputs.mergers import MERGED
from iqgeo.inputs.name_parts import AreaName
from iqgeo.inputs.number_marks import bare_figure
from iqgeo.inputs.table import Table
from iqgeo.region import Region

NAMES: Final = {
    "03152": "Göttingen", "03156": "Osterode am Harz", "05313": "Stadt Aachen", "05354": "Kreis Aachen",
    "13005": "Stralsund", "13006": "Wismar", "13051": "Bad Doberan", "13053": "Güstrow",
    "13054": "Ludwigslust", "13057": "Nordvorpommern", "13058": "Nordwestmecklenburg", "13060": "Parchim",
    "13061": "Rügen", "14161": "Chemnitz", "14166": "Plauen", "14167": "Zwickau", "14171": "Annaberg",
    "14173": "Chemnitzer Land", "14177": "Freiberg", "14178": "Vogtlandkreis",
    "14181": "Mittlerer Erzgebirgskreis", "14182": "Mittweida", "14188": "Stollberg",
    "14191": "Aue-Schwarzenberg", "14193": "Zwickauer Land", "14262": "Dresden", "14263": "Görlitz",
    "14264": "Hoyerswerda", "14272": "Bautzen", "14280": "Meißen",
    "14284": "Niederschlesischer Oberlausitzkreis", "14285": "Riesa-Großenhain", "14286": "Löbau-Zittau",
    "14287": "Sächsische Schweiz", "14290": "Weißeritzkreis", "14292": "Kamenz", "14365": "Leipzig",
    "14374": "Delitzsch", "14375": "Döbeln", "14379": "Leipziger Land", "14383": "Muldentalkreis",
    "14389": "Torgau-Oschatz", "15202": "Halle (Saale)", "15256": "Burgenlandkreis",
    "15260": "Mansfelder Land", "15261": "Merseburg-Querfurt", "15265": "Saalkreis",
    "15266": "Sangerhausen", "15268": "Weißenfels", "15303": "Magdeburg", "15355": "Bördekreis",
    "15362": "Ohrekreis", "15363": "Stendal", "15370": "Altmarkkreis Salzwedel", "16056": "Eisenach",
}  # fmt: skip
"""Former district -> its name, for all that :data:`iqgeo.inputs.mergers.MERGED` knows.

Statistisches Bundesamt, Gebietsänderungen in Deutschland (Gemeindeverzeichnis).
"""


def with_former_names(table: Table, column: str, matches: list[TownMatch], region: Region) -> list[TownMatch]:
    """What the names of a table are taken for, where some are of districts that went into one of today.

    "Göttingen" beside "Osterode am Harz" is the district of before, not the one of both. A row without a
    figure is none: tables of many years keep it.

    Parameters
    ----------
    table : Table
        In which areas are rows.
    column : str
        The names.
    matches : list[TownMatch]
        What each row is taken for by the names of today.
    region : Region
        Whose districts are looked at.

    Returns
    -------
    list[TownMatch]
        One a row.
    """
    found = list(matches)
    told = _have_figures(table, column)
    for whole, parts in MERGED.items():
        if whole not in region.district_names or any(it in region.district_names for it in parts):
            continue
        names = {AreaName.of(NAMES[it]).bare: it for it in parts}
        bare = [AreaName.of(it.written).bare for it in found]
        lost = [at for at, it in enumerate(found) if it.score < 100 and bare[at] in names and told[at]]
        if not lost:
            continue
        of_whole = [at for at, it in enumerate(found) if it.ags == whole and bare[at] in names]
        for at in (*lost, *of_whole):
            key = names[bare[at]]
            found[at] = replace(found[at], ags=key, found=NAMES[key], score=100.0)
    return found


def _have_figures(table: Table, column: str) -> list[bool]:
    """Which rows have a number above zero beside the name that is no year."""
    found = [False] * len(table.frame)
    for name in table.columns:
        if name == column:
            continue
        for at, cell in enumerate(texts(table.frame[name]).str.strip().tolist()):
            bare = bare_figure(cell)
            found[at] |= is_number(bare) and not is_day(bare) and any(it in "123456789" for it in bare)
    return found
