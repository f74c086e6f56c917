"""What can be written, and by whom: every door that offers a file asks here. A new form is one row.

A writer is a function ``(case, lang, options) -> bytes``; what it needs is imported when it is called.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from iqgeo.case import Case
from iqgeo.errors import InputError, Problem
from iqgeo.reports.csvw import SUFFIX
from iqgeo.reports.gap_tables import WHOLE, Excerpt
from iqgeo.reports.office_template import NO_TEMPLATE, OfficeTemplate
from iqgeo.safe.clean import clean
from iqgeo.safe.write import check_writable, write_bytes
from iqgeo.story import Story
from iqgeo.texts import Lang, date_words, text
from iqgeo.words.assumptions import assumption, measure_warning
from iqgeo.words.states import day_of, network_name, state_names

if TYPE_CHECKING:
    from iqgeo.access.free_days import Span
    from iqgeo.reports.cells import ReportTable
    from iqgeo.reports.change_list import Earlier
    from iqgeo.reports.map.access import Layer

Document = Literal["board", "map", "gaps", "comparison", "network", "calendar", "story"]


@dataclass(frozen=True)
class WriterOptions:
    """How a file is wished.

    Attributes
    ----------
    date : datetime.date | None
        Printed in it; today unless given. The same case on the same date gives the same bytes.
    pages_per_district : bool
        A page a district behind the board's page.
    plain_csv : bool
        CSV for programs: comma, decimal point, codes for column names.
    exact : bool
        Also of few people their number; the plain CSV always is.
    excerpt : Excerpt
        Which rows and columns of a gap list.
    level : str
        Whether a row of a CSV is a ``place`` or a ``municipality``.
    template : OfficeTemplate
        An office's name, logo and form.
    file_name : str
        What the file is called, for forms that name themselves.
    since : Earlier | None
        An earlier gap list; a workbook then tells the changes on a sheet, a CSV consists of them.
    month : tuple[int, int] | None
        Year and month of a calendar of days of advice; the one after the date unless given.
    closed : tuple[Span, ...]
        Days on which nobody advises, beside public holidays.
    story : Story | None
        The years to be told, where not those of the case.
    layer : Layer | None
        What a map page shows in place of who is reached, a paper on a page of its own, see
        :data:`iqgeo.reports.map.access.LAYERS`.
    """

    date: datetime.date | None = None
    pages_per_district: bool = False
    plain_csv: bool = False
    exact: bool = False
    excerpt: Excerpt = field(default=WHOLE)
    level: str = "place"
    template: OfficeTemplate = field(default=NO_TEMPLATE)
    file_name: str = ""
    since: "Earlier | None" = None
    month: tuple[int, int] | None = None
    closed: "tuple[Span, ...]" = ()
    story: Story | None = None
    layer: "Layer | None" = None


DEFAULT: Final = WriterOptions()
Write = Callable[[Case, Lang, WriterOptions], bytes]


@dataclass(frozen=True)
class Writer:
    """One form of one document.

    Attributes
    ----------
    draws_curve : bool
        It shows the curve of a case that has one.
    has_button : bool
        The app offers it.
    in_folder : bool
        ``iqgeo plan run`` writes it into its folder.
    """

    document: Document
    suffix: str
    media: str
    write: Write
    draws_curve: bool = False
    has_button: bool = False
    in_folder: bool = False

    def has_matter(self, case: Case) -> bool:
        """Whether there is anything for it to say of a case."""
        if self.document == "comparison":
            return case.after is not None
        return self.document != "calendar" or len(case.shown.day_places) > 0

    def label(self, lang: Lang) -> str:
        """What its button says."""
        return text(f"reports.form.{self.document}_{self.suffix[1:]}", lang)


def _board_pdf(case: Case, lang: Lang, options: WriterOptions) -> bytes:
    from iqgeo.reports.board import board_pdf

    return board_pdf(
        case.before_gaps, case.region, lang,
        after=None if case.after is None else case.after.coverage, left=case.after_gaps,
        suggestion=case.tested,
        curve=case.curve, best=case.best, likely=case.likely, plan_name=case.scenario.name, date=options.date,
        per_district=options.pages_per_district, template=options.template,
        layer=options.layer, office_posts=case.scenario.settings.office_posts,
        settings=case.scenario.settings,
    )  # fmt: skip


def _board_pptx(case: Case, lang: Lang, options: WriterOptions) -> bytes:
    from iqgeo.reports.slides import board_pptx

    return board_pptx(case, lang, template=options.template, date=options.date)


def _map_html(case: Case, lang: Lang, options: WriterOptions) -> bytes:
    from iqgeo import __version__
    from iqgeo.reports import facts
    from iqgeo.reports.map import map_html
    from iqgeo.reports.map.access import access_overlay
    from iqgeo.reports.map.scene import scene_of_case, with_overlay

    day = day_of(options.date)
    shown, name = case.shown, clean(case.scenario.name, 60)
    about = (
        text(
            "map.page.about", lang, stage=network_name(shown, case.region, lang),
            weight=facts.weight_words(shown, lang), distance=facts.distance_words(shown, lang),
        ),
        measure_warning(shown, case.region, lang),
        assumption(shown, case.region, lang),
        text(
            "map.page.made", lang, plan=text("map.page.plan", lang, name=name) if name else "",
            date=date_words(day, lang), version=__version__,
        ),
    )  # fmt: skip
    scene = scene_of_case(case)
    if options.layer is not None:
        shades = access_overlay(scene.base, shown, case.scenario.settings, options.layer, lang)
        scene = with_overlay(scene, shades)
    return map_html(scene, lang, about=about, today=day).encode("utf-8")


def _map_svg(case: Case, lang: Lang, _options: WriterOptions) -> bytes:
    from iqgeo.reports.pictures import map_of

    return map_of(case, lang).svg.encode()


def _map_png(case: Case, lang: Lang, _options: WriterOptions) -> bytes:
    from iqgeo.reports.pictures import map_of

    return map_of(case, lang).png()


def _gaps(make: str, case: Case, lang: Lang, options: WriterOptions) -> bytes:
    from iqgeo.reports import gap_list

    function: Callable[..., bytes] = getattr(gap_list, make)
    wanted: dict[str, Any] = {"excerpt": options.excerpt} if make != "gap_list_geojson" else {}
    wanted["exact"] = options.exact
    if make == "gap_list_xlsx":
        from iqgeo.reports.front import front_sheets

        wanted["front"] = front_sheets(case, lang, options.date, since=options.since)
    if make == "gap_list_gpkg":
        from iqgeo.reports.access_table import access_of_case
        from iqgeo.reports.candidates import candidates_table

        wanted["file_name"] = options.file_name
        tables = {"candidates": candidates_table(case, lang), "access": access_of_case(case, lang)}
        wanted["more"] = {key: table for key, table in tables.items() if table is not None}
    return function(case.shown_gaps, case.region, lang, origin=case.tested, date=options.date, **wanted)


def _gaps_zip(case: Case, lang: Lang, options: WriterOptions) -> bytes:
    """One workbook a district, as an archive: the same members are the same bytes."""
    import io
    import zipfile

    from iqgeo.reports.gap_list import gap_list_by_district

    lists = gap_list_by_district(
        case.shown_gaps, case.region, lang, origin=case.proposal, exact=options.exact, date=options.date
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in sorted(lists):
            # Workbooks are compressed already; a member without a time of its own is always of the same.
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def _gaps_csv(case: Case, lang: Lang, options: WriterOptions) -> bytes:
    if options.since is not None:
        from iqgeo.reports.delimited import table_csv

        return table_csv(_changes(case, lang, options), lang, plain=options.plain_csv)
    from iqgeo.reports.gap_list import gap_list_csv

    return gap_list_csv(
        case.shown_gaps,
        case.region,
        lang,
        plain=options.plain_csv,
        level=options.level,
        excerpt=options.excerpt,
        exact=options.exact,
    )


def _changes(case: Case, lang: Lang, options: WriterOptions) -> "ReportTable":
    from iqgeo.reports.change_list import change_table

    assert options.since is not None
    least = {"least": 0} if options.exact or options.plain_csv else {}
    return change_table(case.shown_gaps, options.since, lang, **least)


def _comparison_xlsx(case: Case, lang: Lang, options: WriterOptions) -> bytes:
    from iqgeo.reports.comparison import comparison_xlsx

    return comparison_xlsx(
        case.before.coverage, case.shown, case.region, lang, names=state_names(case, lang), date=options.date
    )


def _comparison_html(case: Case, lang: Lang, options: WriterOptions) -> bytes:
    from iqgeo.reports.comparison_page import comparison_html

    return comparison_html(case, lang, date=options.date)


def _comparison_csv(case: Case, lang: Lang, options: WriterOptions) -> bytes:
    from iqgeo.reports.comparison import comparison_csv

    return comparison_csv(case.before.coverage, case.shown, lang, plain=options.plain_csv)


def _story(make: str, case: Case, lang: Lang, options: WriterOptions) -> bytes:
    from iqgeo.reports import story

    it = options.story or story.story_of_case(case)
    if make == "story_csv":
        return story.story_csv(it, lang, plain=options.plain_csv)
    function: Callable[..., bytes] = getattr(story, make)
    return function(it, lang, date=options.date)


def _story_json(case: Case, _lang: Lang, options: WriterOptions) -> bytes:
    from iqgeo.reports.story import story_of_case
    from iqgeo.safe.write import json_bytes

    return json_bytes((options.story or story_of_case(case)).to_dict())


def _network_xlsx(case: Case, lang: Lang, options: WriterOptions) -> bytes:
    from iqgeo.reports.network_tables import network_xlsx

    return network_xlsx(case, lang, date=options.date)


def _network_csv(case: Case, lang: Lang, options: WriterOptions) -> bytes:
    from iqgeo.reports.access_table import access_csv

    return access_csv(case, lang, plain=options.plain_csv)


def _calendar(form: str, case: Case, lang: Lang, options: WriterOptions) -> bytes:
    from iqgeo.reports.calendar import case_calendar

    return case_calendar(case, lang, form, options.month, options.date, options.closed)


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_GPKG = "application/geopackage+sqlite3"
WRITERS: Final = (
    Writer("board", ".pdf", "application/pdf", _board_pdf, draws_curve=True, has_button=True, in_folder=True),
    Writer("board", ".pptx", _PPTX, _board_pptx, draws_curve=True, has_button=True, in_folder=True),
    Writer("map", ".html", "text/html", _map_html, has_button=True, in_folder=True),
    Writer("map", ".svg", "image/svg+xml", _map_svg),
    Writer("map", ".png", "image/png", _map_png),
    Writer("gaps", ".xlsx", _XLSX, partial(_gaps, "gap_list_xlsx"), draws_curve=True, has_button=True),
    Writer("gaps", ".csv", "text/csv", _gaps_csv, has_button=True),
    Writer("gaps", ".gpkg", _GPKG, partial(_gaps, "gap_list_gpkg"), has_button=True),
    Writer("gaps", ".zip", "application/zip", _gaps_zip, has_button=True),
    Writer("gaps", ".geojson", "application/geo+json", partial(_gaps, "gap_list_geojson")),
    Writer("network", ".xlsx", _XLSX, _network_xlsx, has_button=True, in_folder=True),
    Writer("network", ".csv", "text/csv", _network_csv),
    Writer("calendar", ".xlsx", _XLSX, partial(_calendar, "xlsx"), has_button=True, in_folder=True),
    Writer("calendar", ".pdf", "application/pdf", partial(_calendar, "pdf"), has_button=True, in_folder=True),
    Writer("calendar", ".ics", "text/calendar", partial(_calendar, "ics"), has_button=True, in_folder=True),
    Writer("comparison", ".xlsx", _XLSX, _comparison_xlsx, in_folder=True),
    Writer("comparison", ".csv", "text/csv", _comparison_csv),
    Writer("comparison", ".html", "text/html", _comparison_html),
    Writer("story", ".pdf", "application/pdf", partial(_story, "story_pdf")),
    Writer("story", ".xlsx", _XLSX, partial(_story, "story_xlsx")),
    Writer("story", ".csv", "text/csv", partial(_story, "story_csv")),
    Writer("story", ".json", "application/json", _story_json),
)


def suffixes(*documents: Document) -> tuple[str, ...]:
    """The file name endings that some documents can have."""
    return tuple(it.suffix for it in WRITERS if it.document in documents)


def writer_of(path: str | Path, *documents: Document) -> Writer:
    """The writer that a file name's ending asks for.

    Raises
    ------
    InputError
        If none of the documents has that form: before any work is done.
    """
    suffix = Path(path).suffix
    found = next((it for it in WRITERS if it.document in documents and it.suffix == suffix.lower()), None)
    if found is None:
        details = {"known": ", ".join(suffixes(*documents))}
        raise InputError(Problem("output_kind_unknown", file=str(path), value=suffix, details=details))
    return found


def write(
    path: str | Path, case: Case, lang: Lang, *documents: Document, options: WriterOptions = DEFAULT
) -> Path:
    """Write a case in the form its file name asks for, whole or not at all.

    Raises
    ------
    InputError
        If the ending is none of these, or the file cannot be written.
    """
    writer = writer_of(path, *documents)
    check_writable(path)
    named = replace(options, file_name=Path(path).name)
    written = write_bytes(path, writer.write(case, lang, named))
    if writer.suffix == ".csv" and written.is_file():
        write_bytes(f"{written}{SUFFIX}", beside_csv(written.name, case, lang, writer.document, options))
    return written


def beside_csv(
    name: str, case: Case, lang: Lang, document: Document, options: WriterOptions = DEFAULT
) -> bytes:
    """What stands beside a CSV: its columns, settings, sources and date (see :mod:`iqgeo.reports.csvw`)."""
    from iqgeo.reports.comparison import comparison_table
    from iqgeo.reports.csvw import metadata
    from iqgeo.reports.gap_list import gap_list_table

    if document == "story":
        from iqgeo.reports.story import story_of_case, years_table

        table = years_table(options.story or story_of_case(case))
    elif document == "network":
        from iqgeo.reports.access_table import access_of_case

        table = access_of_case(case, lang)
    elif document == "comparison":
        table = comparison_table(case.before.coverage, case.shown)
    elif options.since is not None:
        table = _changes(case, lang, options)
    else:
        table = gap_list_table(
            case.shown_gaps, case.region, lang, level=options.level, excerpt=options.excerpt,
            exact=options.exact or options.plain_csv,
        )  # fmt: skip
    return metadata(
        name, table, case.shown, case.region, lang, plain=options.plain_csv, origin=case.proposal,
        date=options.date,
    )  # fmt: skip
