"""Small files in the layouts of the offices: VG250, AuszugGV, census grids, tables 12111 and 12411."""

import io
import itertools
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
from pyproj import Transformer
from shapely.geometry import box

DISTRICTS = {"05111": "Düsseldorf", "05112": "Duisburg", "05334": "Städteregion Aachen", "06411": "Darmstadt"}
KINDS = {
    "05111": "Kreisfreie Stadt",
    "05112": "Kreisfreie Stadt",
    "05334": "Kreis",
    "06411": "Kreisfreie Stadt",
}
MUNICIPALITIES = {
    "05111000": ("Düsseldorf, Stadt", "40213"),
    "05112000": ("Duisburg, Stadt", "47049"),
    "05334002": ("Aachen, Stadt", "52058"),
    "05334004": ("Alsdorf, Stadt", "52477"),
    "06411000": ("Darmstadt, Wissenschaftsstadt", "64283"),
}
# West and south in kilometres of UTM 32, 20 x 20 km each; Aachen is two municipalities beside each other.
CORNERS = {"05111": (340, 5670), "05112": (340, 5690), "05334": (300, 5640), "06411": (470, 5520)}
CELLS = {"05111": 30, "05112": 20, "05334": 25, "06411": 10}
FOREIGNERS = {"05111": 140_454, "05112": 119_327, "05334": 95_001, "06411": 31_003}
PEOPLE = {"05111": 629_047, "05112": 502_211, "05334": 560_000, "06411": 162_243}


def district_box(key: str):
    west, south = (1000 * it for it in CORNERS[key])
    return box(west, south, west + 20_000, south + 20_000)


def vg250(path: Path, *, package: bool = False) -> Path:
    """The zip of VG250 levels: shapefiles (or a GeoPackage) of states, districts and municipalities."""
    frame = gpd.GeoDataFrame(
        {
            "ADE": 4,
            "GF": 4,
            "AGS": list(DISTRICTS),
            "ARS": list(DISTRICTS),
            "GEN": list(DISTRICTS.values()),
            "BEZ": [KINDS[it] for it in DISTRICTS],
        },
        geometry=[district_box(it) for it in DISTRICTS],
        crs="EPSG:25832",
    )
    states = frame.assign(AGS=frame["AGS"].str[:2]).dissolve("AGS", as_index=False)
    halves = [
        (key, box(west if half else (west + east) / 2, south, (west + east) / 2 if half else east, north))
        for half in (True, False)
        for key, (west, south, east, north) in zip(frame["AGS"], frame.bounds.to_numpy(), strict=True)
    ]
    municipalities = gpd.GeoDataFrame(
        {"GF": 4, "AGS": [f"{key}{at:03d}" for at, (key, _) in enumerate(halves)], "GEN": "Ort"},
        geometry=[shape for _, shape in halves],
        crs="EPSG:25832",
    )
    folder = path.parent / "layers"
    folder.mkdir()
    root = "vg250_12-31.utm32s.shape.ebenen/vg250_ebenen_1231"
    with zipfile.ZipFile(path, "w") as archive:
        if package:
            for layer, table in (("vg250_lan", states), ("vg250_krs", frame), ("vg250_gem", municipalities)):
                table.to_file(folder / "DE_VG250.gpkg", layer=layer)
            archive.write(folder / "DE_VG250.gpkg", f"{root}/DE_VG250.gpkg")
        else:
            for layer, table in (("VG250_LAN", states), ("VG250_KRS", frame), ("VG250_GEM", municipalities)):
                table.to_file(folder / f"{layer}.shp", encoding="utf-8")
            for part in sorted(folder.iterdir()):
                archive.write(part, f"{root}/{part.name}")
        archive.writestr(f"{root}/vg250.pdf", b"%PDF-1.4")
    return path


def cells() -> pd.DataFrame:
    """Cells of 1 km inside of the districts with their centre in EPSG:3035 and people."""
    draw = np.random.default_rng(7)
    move = Transformer.from_crs(25832, 3035, always_xy=True)
    rows = []
    for key, count in CELLS.items():
        west, south = (1000 * it for it in CORNERS[key])
        x, y = (
            draw.uniform(west + 2000, west + 18_000, count),
            draw.uniform(south + 2000, south + 18_000, count),
        )
        east, north = move.transform(x, y)
        rows += [
            (key, int(e // 1000) * 1000 + 500, int(n // 1000) * 1000 + 500)
            for e, n in zip(east, north, strict=True)
        ]
    frame = pd.DataFrame(rows, columns=["district", "x", "y"]).drop_duplicates(["x", "y"], ignore_index=True)
    return frame.assign(people=draw.integers(300, 9000, len(frame)))


def census_2022(path: Path, frame: pd.DataFrame) -> Path:
    """``Zensus2022_Bevoelkerungszahl.zip``: three sizes of cells and a description."""
    with zipfile.ZipFile(path, "w") as archive:
        for size, metres in (("100m", 100), ("1km", 1000), ("10km", 10_000)):
            keys = [
                f"CRS3035RES{metres}mN{y - 500}E{x - 500}"
                for x, y in zip(frame["x"], frame["y"], strict=True)
            ]
            table = pd.DataFrame(
                {f"GITTER_ID_{size}": keys, f"x_mp_{size}": frame["x"], f"y_mp_{size}": frame["y"]}
            ).assign(Einwohner=frame["people"])
            archive.writestr(
                f"Zensus2022_Bevoelkerungszahl_{size}-Gitter.csv", table.to_csv(index=False, sep=";").encode()
            )
        archive.writestr("Datensatzbeschreibung_Bevoelkerungszahl.xlsx", b"PK")
    return path


def census_2022_shares(path: Path, frame: pd.DataFrame) -> Path:
    """``Zensus2022_Anteil_Auslaender.zip``: a file of its own, per cent with a comma, a dash where secret."""
    with zipfile.ZipFile(path, "w") as archive:
        for size, metres in (("100m", 100), ("1km", 1000)):
            keys = [
                f"CRS3035RES{metres}mN{y - 500}E{x - 500}"
                for x, y in zip(frame["x"], frame["y"], strict=True)
            ]
            table = pd.DataFrame(
                {f"GITTER_ID_{size}": keys, f"x_mp_{size}": frame["x"], f"y_mp_{size}": frame["y"]}
            ).assign(AnteilAuslaender=[f"{it:.2f}".replace(".", ",") for it in shares_of(frame)])
            # Cells in which nobody lives have no share, and the order is the office's own.
            written = table.iloc[::-1].to_csv(index=False, sep=";").encode()
            archive.writestr(f"Zensus2022_Anteil_Auslaender_{size}-Gitter.csv", written)
    return path


def shares_of(frame: pd.DataFrame) -> pd.Series:
    """The share of foreigners in every cell, in per cent."""
    return ((frame["x"] // 1000 * 7 + frame["y"] // 1000 * 3) % 23).astype(float) + 0.25


def census_2011(path: Path, frame: pd.DataFrame) -> Path:
    """The grid of 2011: a cell nobody lives in has -1."""
    keys = [f"1kmN{y // 1000}E{x // 1000}" for x, y in zip(frame["x"], frame["y"], strict=True)]
    table = pd.DataFrame({"Gitter_ID_1km": keys, "x_mp_1km": frame["x"], "y_mp_1km": frame["y"]})
    table = table.assign(Einwohner=frame["people"])
    table.loc[len(table)] = ["1kmN3000E4000", 4_000_500, 3_000_500, -1]
    path.write_text(table.to_csv(index=False, sep=";"))
    return path


def auszug_gv(path: Path) -> Path:
    """``AuszugGV.xlsx``: a title page, a header of merged cells, all record types and footnotes."""
    book = openpyxl.Workbook()
    book.active.title = "Deckblatt"
    book.active["A1"] = "Gemeindeverzeichnis-Informationssystem GV-ISys"
    sheet = book.create_sheet("Onlineprodukt_Gemeinden")
    sheet.append(["Gemeinden in Deutschland nach Fläche, Bevölkerung und Postleitzahl am 31.12.2022 (Jahr)"])
    sheet.append([])
    sheet.append(
        ["Satz-\nart", "Text-\nkenn-\nzeichen", "Amtlicher Regionalschlüssel (ARS)", *[None] * 4, "Gemeindename",
         "Fläche km2 1)", "Bevölkerung 2)", None, None, None, "Post-leit-zahl 3)",
         "Geografische Mittelpunktkoordinaten", None, "Reisegebiete", None]
    )  # fmt: skip
    sheet.append(
        [None, None, "Land", "RB", "Kreis", "VB", "Gem", None, None, "insgesamt", "männlich", "weiblich",
         "je km2", None, "Längengrad", "Breitengrad", "Schlüssel", "Bezeichnung"]
    )  # fmt: skip
    sheet.append([str(it) for it in range(1, 19)])
    sheet.append(["10", None, "05", None, None, None, None, "Nordrhein-Westfalen", "34112,44", "18 139 116"])
    to_degrees = Transformer.from_crs(25832, 4326, always_xy=True)
    for key, (name, postcode) in MUNICIPALITIES.items():
        state, region, district, municipality = key[:2], key[2], key[3:5], key[5:]
        sheet.append(["40", "41", state, region, district, None, None, DISTRICTS[key[:5]]])
        west, south = CORNERS[key[:5]]
        shift = 5 if key.endswith("2") else 15 if key.endswith("4") else 10
        lon, lat = to_degrees.transform(1000 * (west + shift), 1000 * (south + 10))
        sheet.append(
            ["60", "61", state, region, district, "0000", municipality, name, "217,41", "1 234", "600", "634",
             "2 893", postcode, f"{lon:.6f}".replace(".", ","), f"{lat:.6f}".replace(".", ","), "A05", "Rheinland"]
        )  # fmt: skip
    sheet.append(["1) Fläche am 31.12.2022."])
    sheet.append(["© Statistisches Bundesamt (Destatis), 2023"])
    book.save(path)
    return path


def table_12111(path: Path) -> Path:
    """``12111-01-01-4.csv``: GENESIS, three header rows, DG and states above the districts."""
    head = [
        "GENESIS-Tabelle: 12111-01-01-4",
        "Zensus 2022, Bevölkerung nach Geschlecht und Nationalität" + ";" * 7,
        "- Stichtag 15.05.2022 -" + ";" * 7,
        "15.05.2022" + ";" * 7,
        ";;Bevölkerung;Bevölkerung;Bevölkerung;Bevölkerung;Bevölkerung;Bevölkerung",
        ";;Insgesamt;Insgesamt;Deutsche;Deutsche;Ausländer(innen);Ausländer(innen)",
        ";;Insgesamt;männlich;Insgesamt;männlich;Insgesamt;männlich",
        ";;Anzahl;Anzahl;Anzahl;Anzahl;Anzahl;Anzahl",
    ]
    rows = [
        ("DG", "Deutschland", 82_711_282, 12_000_000),
        ("05", "  Nordrhein-Westfalen", 1_691_258, 354_782),
    ]
    rows.append(("051", "    Düsseldorf, Regierungsbezirk", 1_131_258, 259_781))
    rows += [(key, f"      {name}, Stadt", PEOPLE[key], FOREIGNERS[key]) for key, name in DISTRICTS.items()]
    body = [f"{key};{name};{n};{n // 2};{n - f};{(n - f) // 2};{f};{f // 2}" for key, name, n, f in rows]
    body.append("05313;      Aachen, Kreisfreie Stadt (bis 20.10.2009);-;-;-;-;-;-")
    foot = [
        "__________",
        '"© Statistische Ämter des Bundes und der Länder, Deutschland, 2024."',
        "Stand: 10.10.2024",
    ]
    path.write_bytes("\r\n".join([*head, *body, *foot]).encode("cp1252"))
    return path


def table_12411(path: Path) -> Path:
    """``12411-01-01-4.csv``: people on 31 December by sex."""
    head = [
        "Tabelle: 12411-01-01-4",
        "Bevölkerung nach Geschlecht - Stichtag 31.12. - regionale Tiefe: Kreise und krfr. Städte;;;;",
        "Fortschreibung des Bevölkerungsstandes;;;;",
        "31.12.2023;;;;",
        ";;Insgesamt;männlich;weiblich",
    ]
    body = ["DG;Deutschland;83456045;41000000;42456045"]
    body += [
        f"{key};{name};{n};{n // 2};{n - n // 2}"
        for (key, name), n in zip(DISTRICTS.items(), PEOPLE.values(), strict=True)
    ]
    path.write_bytes("\n".join([*head, *body, "__________", "Stand: 1.7.2024"]).encode("cp1252"))
    return path


def flat_file(path: Path, *, older: bool) -> Path:
    """12411 as GENESIS hands it out to programs: a row for every figure, in the form of today or before."""
    kinds = [("", ""), ("NATD", "Deutsche"), ("NATA", "Ausländer(innen)")]
    sexes = [("", ""), ("GESM", "männlich"), ("GESW", "weiblich")]
    rows = []
    for key, name in {"DG": "Deutschland", "05": "Nordrhein-Westfalen", **DISTRICTS}.items():
        people, foreign = PEOPLE.get(key, 18_000_000), FOREIGNERS.get(key, 2_800_000)
        of_kind = dict(zip([it[0] for it in kinds], [people, people - foreign, foreign], strict=True))
        for (kind, kind_name), (sex, sex_name) in itertools.product(kinds, sexes):
            count = of_kind[kind] if not sex else of_kind[kind] // 2
            rows.append(["KREISE", "Kreise", key, name, "NAT", "Nationalität", kind, kind_name, "GES", "Geschlecht",
                         sex, sex_name, str(count)])  # fmt: skip
    parts = ("Merkmal_Code", "Merkmal_Label", "Auspraegung_Code", "Auspraegung_Label")
    if not older:
        parts = ("variable_code", "variable_label", "variable_attribute_code", "variable_attribute_label")
    columns = [f"{number}_{part}" for number in (1, 2, 3) for part in parts]
    before = {"Statistik_Code": "12411", "Zeit_Code": "STAG", "Zeit": "31.12.2022"}
    after = ["BEVSTD__Bevoelkerungsstand__Anzahl"]
    if not older:
        before = {"statistics_code": "12411", "time_code": "STAG", "time": "2022-12-31"}
        after = ["value", "value_unit", "value_variable_code", "value_variable_label"]
        rows = [[*row, "Anzahl", "BEVSTD", "Bevölkerungsstand"] for row in rows]
    lines = [[*before, *columns, *after], *([*before.values(), *row] for row in rows)]
    path.write_text("\n".join(";".join(it) for it in lines) + "\n", encoding="utf-8-sig")
    return path


def national_list(path: Path) -> Path:
    """An office list of all Germany as a workbook: two in the region, most elsewhere."""
    move = Transformer.from_crs(25832, 4326, always_xy=True)
    lon, lat = move.transform([350_000, 310_000, 480_000], [5_680_000, 5_650_000, 5_530_000])
    inside = pd.DataFrame({"Einrichtung": ["Düsseldorf", "Aachen", "Darmstadt"], "Länge": lon, "Breite": lat})
    outside = pd.DataFrame({"Einrichtung": [f"Stelle {i}" for i in range(40)], "Länge": 13.4, "Breite": 52.5})
    stream = io.BytesIO()
    pd.concat([inside, outside]).to_excel(stream, index=False)
    path.write_bytes(stream.getvalue())
    return path
