"""Stored plans as tables in the terminal and as plain data."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iqgeo.cli.listing import Listing
from iqgeo.cli.screen import console
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, later, moment_words, number, text

if TYPE_CHECKING:
    from iqgeo.store.backup import Contents
    from iqgeo.store.published import Publication
    from iqgeo.store.records import Entry, Version


def entry_data(entry: "Entry", lang: Lang) -> dict[str, Any]:
    """A plan of a list as plain data."""
    return {**vars(entry), "change": later.said(entry.change, lang), "at": entry.at.isoformat()}


def version_data(version: "Version", lang: Lang) -> dict[str, Any]:
    """A version as plain data, without its text."""
    kept = ("number", "parent", "name", "key", "who")
    change = later.said(version.change, lang)
    return {**{it: getattr(version, it) for it in kept}, "change": change, "at": version.at.isoformat()}


def publication_data(page: "Publication") -> dict[str, Any]:
    """A published version as plain data, without its numbers and files."""
    kept = ("token", "plan_id", "number", "name", "is_open", "who", "program", "newest")
    return {
        **{it: getattr(page, it) for it in kept},
        "at": page.at.isoformat(),
        "checksums": dict(page.checksums),
        "files": [name for name, _ in page.outputs],
    }


def show_entries(entries: "Sequence[Entry]", lang: Lang) -> None:
    """A line for each plan."""
    if not entries:
        _say("none", lang)
        return
    rows = [
        (
            it.id,
            it.name,
            it.number,
            moment_words(it.at, lang),
            it.who,
            later.said(it.change, lang),
            _published(it.published, lang),
        )
        for it in entries
    ]
    _print(("id", "name", "version", "at", "who", "change", "state"), rows, lang)


def show_plan(
    entry: "Entry",
    history: "Sequence[Version]",
    files: Mapping[str, str],
    pages: "Sequence[Publication]",
    lang: Lang,
) -> None:
    """The name, then a line for each version, own file and published page."""
    console().print(f"{clean(entry.name)} ({entry.id})", bold=True)
    rows = [(it.number, moment_words(it.at, lang), it.who, later.said(it.change, lang)) for it in history]
    _print(("version", "at", "who", "change"), rows, lang)
    if files:
        _print(("file", "sha256"), list(files.items()), lang)
    if pages:
        opened = [
            (it.token, it.number, moment_words(it.at, lang), it.who, text(f"cli.plans.{_openness(it)}", lang))
            for it in pages
        ]
        _print(("token", "version", "at", "who", "for"), opened, lang)


def show_kept(version: "Version", lang: Lang, *, same: bool = False) -> None:
    """Which version a plan now is, and its id; ``same``: it was so before."""
    _say(
        "same" if same else "kept", lang, name=clean(version.name), version=version.number, id=version.plan_id
    )


def show_published(page: "Publication", lang: Lang) -> None:
    """What was published, for whom, and the secret part of its address."""
    whom = text(f"cli.plans.{_openness(page)}", lang)
    _say("published", lang, name=clean(page.name), version=page.number, whom=whom, token=page.token)


def show_contents(done: str, contents: "Contents", file: Path, lang: Lang) -> None:
    """How much was backed up or restored."""
    counts = {name: number(value, lang) for name, value in vars(contents).items()}
    _say(done, lang, file=file, **counts)


def show_removed(name: str, lang: Lang) -> None:
    """That it is done."""
    _say("removed", lang, name=clean(name))


def _say(key: str, lang: Lang, **values: object) -> None:
    console().print(text(f"cli.plans.{key}", lang, **values))


def _print(columns: Sequence[str], rows: Sequence[Sequence[object]], lang: Lang) -> None:
    table = Listing()
    for column in columns:
        table.add_column(text(f"cli.plans.column.{column}", lang))
    for row in rows:
        # What others wrote is shown as it is, never as markup or as a command to the terminal.
        table.add_row(*(clean(str(it)) for it in row))
    table.show(console())


def _published(version: int | None, lang: Lang) -> str:
    return "" if version is None else text("cli.plans.state", lang, version=version)


def _openness(page: "Publication") -> str:
    return "open" if page.is_open else "house"
