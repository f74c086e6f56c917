"""``iqgeo geocode``: addresses to the service that was named, its answers into a new table."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from iqgeo.cli.options import parse_number
from iqgeo.cli.screen import console
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.inputs.geocode import Addresses, Geocoded, geocode, read_addresses
from iqgeo.inputs.geocode_service import Service
from iqgeo.reports.cells import Column, ReportTable
from iqgeo.reports.delimited import table_csv
from iqgeo.safe.write import check_writable, write_bytes
from iqgeo.texts import Lang, number, text


@dataclass(frozen=True)
class _Own(Column):
    """A column under the name it has in the user's file."""

    def heading(self, lang: Lang) -> str:  # noqa: ARG002 -- the user's name in every language
        return self.key


def geocode_file(file: Path, out: Path, service: str, country: str, pause: str | None, lang: Lang) -> None:
    """Look up a table of addresses; every problem of file, target and service at once.

    Raises
    ------
    InputError
        Before anything is sent if something is wrong with what was given; after it if the service fails.
        Either way nothing is written.
    """
    gathering = Gathering()
    addresses, asked = None, None
    pause_s = 1.0
    with gathering:
        _check_new(out)
    with gathering:
        wished = parse_number("pause-s", pause, 1.0)
        if wished < 0:
            raise InputError(Problem("number_negative", column="pause-s", value=pause))
        pause_s = wished
    with gathering:
        cache = user_cache_path("iqgeo", appauthor=False) / "addresses"
        asked = Service(service, lang, country, pause_s, cache=cache)
    with gathering:
        addresses = read_addresses(str(file), lang)
    gathering.finish()
    assert asked is not None
    assert addresses is not None
    told = console(to_error=True)
    count = number(len(addresses.questions), lang)
    sending = text("cli.geocode.sending", lang, count=count, file=addresses.file, service=asked.shown)
    told.print(sending)
    with _progress(lang) as progress:
        found = geocode(addresses, asked, progress)
    write_bytes(out, table_csv(_table(found), lang))
    _show(found, addresses, out, lang)


def _check_new(out: Path) -> None:
    if out.suffix.lower() != ".csv":
        raise InputError(
            Problem("output_kind_unknown", file=str(out), value=out.suffix, details={"known": ".csv"})
        )
    check_writable(out)
    if out.exists():
        raise InputError(Problem("geocode_out_exists", file=str(out)))


def _table(found: Geocoded) -> ReportTable:
    columns = tuple(
        _Own(name, "degrees" if name in ("lon", "lat") else "text") for name in map(str, found.frame.columns)
    )
    return ReportTable(columns, found.frame)


@contextmanager
def _progress(lang: Lang) -> Iterator[Callable[[int, int], None] | None]:
    told = console(to_error=True)
    if not told.is_terminal:
        yield None
        return
    with told.status("") as status:
        yield lambda done, count: status.update(text("cli.geocode.progress", lang, done=done, all=count))


def _show(found: Geocoded, addresses: Addresses, out: Path, lang: Lang) -> None:
    count = len(addresses.questions)
    sentences = [
        text(
            "cli.geocode.done",
            lang,
            found=number(count - len(found.missing), lang),
            count=number(count, lang),
            asked=text("cli.geocode.asked", lang, count=number(found.asked, lang)),
            file=out,
        )
    ]
    for name in ("missing", "several"):
        rows = getattr(found, name)
        if rows:
            sentences.append(text(f"cli.geocode.{name}", lang, rows=", ".join(map(str, rows))))
    sentences.append(text("cli.geocode.confirm", lang, column=found.confirm))
    for sentence in sentences:
        console().print(sentence)
