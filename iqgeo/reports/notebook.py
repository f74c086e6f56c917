"""Results for who works on with them: frames with geometry, a map one can draw on, a picture of the curve."""

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from iqgeo.case import Case, case_for_papers
from iqgeo.choices import Suggestion
from iqgeo.coverage import Coverage
from iqgeo.frames import rows
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.region import Region
from iqgeo.safe.clean import html_text
from iqgeo.scenario.evaluate import Evaluation
from iqgeo.texts import Lang, number, text

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

CRS: Final = "EPSG:4326"
_GREEN, _VIOLET, _DARK = "#00796b", "#6a1b9a", "#14332e"
_MOST_PLACES: Final = 4000


def coverage_in(result: object) -> Coverage:
    """The coverage that a result is about: of a suggestion or a scenario, the one it ends with.

    Raises
    ------
    TypeError
        If it is no result.
    """
    if isinstance(result, Coverage):
        return result
    if isinstance(result, Gaps):
        return result.coverage
    if isinstance(result, Suggestion):
        return result.after
    if isinstance(result, Evaluation):
        return result.coverages[-1]
    if isinstance(result, Case):
        return result.shown
    raise TypeError(f"{type(result).__name__} is no result of iqgeo")


def places_of(result: object) -> "gpd.GeoDataFrame":
    """Every place as a point.

    Parameters
    ----------
    result : Coverage | Gaps | Suggestion | Evaluation | Case
        A result of iqgeo; of a suggestion or a plan, the network it ends with.

    Returns
    -------
    geopandas.GeoDataFrame
        The columns of :attr:`iqgeo.Coverage.places` and ``geometry``, in EPSG:4326.

    Raises
    ------
    TypeError
        If it is no result.

    Examples
    --------
    >>> import iqgeo
    >>> places = iqgeo.places_of(iqgeo.assess(stage=2012))
    >>> len(places), places.crs.to_epsg()
    (27468, 4326)
    """
    return _points(coverage_in(result).places)


def offices_of(result: object) -> "gpd.GeoDataFrame":
    """Every office as a point.

    Parameters
    ----------
    result : Coverage | Gaps | Suggestion | Evaluation | Case
        A result of iqgeo; of a suggestion or a plan, the network it ends with.

    Returns
    -------
    geopandas.GeoDataFrame
        The columns of :attr:`iqgeo.Coverage.offices` and ``geometry``, in EPSG:4326.

    Raises
    ------
    TypeError
        If it is no result.

    Examples
    --------
    >>> import iqgeo
    >>> sorted(iqgeo.offices_of(iqgeo.assess(stage=2012))["name"])
    ['Hannover', 'Leer', 'Lüneburg', 'Oldenburg', 'Osnabrück', 'Wolfsburg']
    """
    return _points(coverage_in(result).offices)


def districts_of(result: object) -> "gpd.GeoDataFrame":
    """Every district with its outline.

    Parameters
    ----------
    result : Coverage | Gaps | Suggestion | Evaluation | Case
        A result of iqgeo; of a suggestion or a plan, the network it ends with.

    Returns
    -------
    geopandas.GeoDataFrame
        The columns of :meth:`iqgeo.Coverage.by_district` and ``geometry``, in EPSG:4326; shares are 0 to 1,
        lengths in km.

    Raises
    ------
    TypeError
        If it is no result.
    ValueError
        If the result knows no region, as with people of one's own who live in none that is known.

    Examples
    --------
    >>> import iqgeo
    >>> districts = iqgeo.districts_of(iqgeo.assess(stage=2012))
    >>> len(districts), float(districts["uncovered"].sum())
    (45, 703364.0)
    """
    coverage = coverage_in(result)
    outlines = _region(coverage).districts
    found = outlines[["ags", "geometry"]].merge(coverage.by_district(), on="ags", how="left")
    return found[[*(it for it in found.columns if it != "geometry"), "geometry"]].to_crs(CRS)


def gap_regions_of(result: object) -> "gpd.GeoDataFrame":
    """Every gap region with its outline.

    Parameters
    ----------
    result : Coverage | Gaps | Suggestion | Evaluation | Case
        A result of iqgeo; of a suggestion or a plan, the network it ends with.

    Returns
    -------
    geopandas.GeoDataFrame
        ``number, name, people, places`` and ``geometry``, in EPSG:4326; numbers are those of every list.

    Raises
    ------
    TypeError
        If it is no result.
    ValueError
        If the result knows no region.

    Examples
    --------
    >>> import iqgeo
    >>> iqgeo.gap_regions_of(iqgeo.assess(stage=2012))["name"].iloc[0]
    'südöstlich von Hannover'
    """
    import geopandas as gpd

    from iqgeo.reports.bases import kept_base
    from iqgeo.reports.map.scene import scene_of

    gaps = result if isinstance(result, Gaps) else find_gaps(coverage_in(result))
    region = _region(gaps.coverage)
    scene = scene_of(region, gaps.coverage, gaps, base=kept_base(region))
    shapes = {it.number: it.shape for it in scene.gaps}
    data = pd.DataFrame(
        [(it.number, it.name.text("de"), it.people, it.places) for it in gaps.regions],
        columns=["number", "name", "people", "places"],
    )
    return gpd.GeoDataFrame(data, geometry=[shapes.get(it) for it in data["number"]], crs=CRS)


def explore(result: object, lang: Lang = "de") -> "folium.Map":
    """A map to look at and to draw on.

    Parameters
    ----------
    result : Coverage | Gaps | Suggestion | Evaluation | Case
        A result of iqgeo; of a suggestion or a plan, the network it ends with.
    lang : Lang
        Language of what is said.

    Returns
    -------
    folium.Map
        Without background tiles: add layers of your own, or ``folium.TileLayer()``. Its scripts are shipped
        with iqgeo, so that it opens offline; texts of the result are harmless in it.

    Raises
    ------
    TypeError
        If it is no result.

    Examples
    --------
    >>> import iqgeo
    >>> iqgeo.explore(iqgeo.assess(stage=2012)).save("karte.html")
    """
    import folium

    from iqgeo.reports.map.page import shipped_links

    coverage = coverage_in(result)
    spots = places_of(result)
    spots = spots[spots["people"] > 0].nlargest(_MOST_PLACES, "people")
    made = folium.Map(tiles=None, prefer_canvas=True, zoom_start=8)
    made.default_js, made.default_css = shipped_links()
    if coverage.region is not None:
        style = {"color": "#777", "weight": 1, "fillOpacity": 0}
        outlines = coverage.region.districts[["ags", "geometry"]].to_crs(CRS)
        outlines["geometry"] = outlines.geometry.simplify(0.005)
        folium.GeoJson(outlines.to_json(), name="districts", style_function=lambda _: style).add_to(made)
    reached = dict(zip(coverage.places["id"], coverage.is_covered, strict=True))
    largest = float(spots["people"].max()) if len(spots) else 1.0
    for spot in rows(spots):
        colour, radius_px = _GREEN if reached[spot.id] else _VIOLET, 2 + 10 * (spot.people / largest) ** 0.5
        people = f"{number(spot.people, lang)} {html_text(coverage.demand.counted.subject(lang))}"
        _circle(spot, radius_px, colour, people).add_to(made)
    for office in rows(coverage.offices):
        name, people = html_text(str(office.name)), number(office.people_nearest, lang)
        said = text("words.facts.office", lang, name=name, people=people)
        _circle(office, 7, _DARK, said).add_to(made)
    bounds = [[spots["lat"].min(), spots["lon"].min()], [spots["lat"].max(), spots["lon"].max()]]
    if len(spots):
        made.fit_bounds(bounds)
    return made


def plot_curve(evaluation: Evaluation, lang: Lang = "de") -> Any:
    """How many people more offices reach, as a picture.

    Parameters
    ----------
    evaluation : Evaluation
        An evaluated plan; the curve is that of its candidates
    lang : Lang
        Language of what is said.

    Returns
    -------
    Picture | None
        With ``svg``, ``png()`` and a text for who cannot see it, shown by itself in a notebook; ``None``
        where nothing is proposed, or something closes.

    Examples
    --------
    >>> import iqgeo
    >>> iqgeo.plot_curve(iqgeo.Plan().evaluate()) is None
    True
    """
    from iqgeo.reports.pictures import curve_of

    return curve_of(case_for_papers(evaluation), lang)


def _circle(spot: Any, radius_px: float, colour: str, said: str) -> "folium.CircleMarker":
    import folium

    return folium.CircleMarker(
        (float(spot.lat), float(spot.lon)), radius=radius_px, color=colour, weight=1, fill=True,
        fill_opacity=0.7, tooltip=said,
    )  # fmt: skip


def _points(frame: pd.DataFrame) -> "gpd.GeoDataFrame":
    import geopandas as gpd

    return gpd.GeoDataFrame(frame.copy(), geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=CRS)


def _region(coverage: Coverage) -> Region:
    if coverage.region is None:
        raise ValueError("these people live in no region that is known")
    return coverage.region
