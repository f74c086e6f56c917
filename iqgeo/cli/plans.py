"""``iqgeo plans``: the plans that are kept, from list to backup."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from iqgeo.cli.assessing import write_json
from iqgeo.cli.options import JsonOption, LangOption, argument, help_text, language, option, parse_whole
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    from iqgeo.store.database import Store
    from iqgeo.store.records import Version

StoreOption = Annotated[str | None, option("store")]
NameArgument = Annotated[str, argument("stored_plan")]
VersionOption = Annotated[str | None, option("plan_version", "--version")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    plans = typer.Typer(help=help_text("plans"), no_args_is_help=True)
    commands: dict[str, Callable[..., None]] = {
        "list": list_plans, "show": show, "export": export, "import": import_plan, "publish": publish,
        "backup": backup, "restore": restore, "remove": remove,
    }  # fmt: skip
    for name, command in commands.items():
        plans.command(name, help=help_text(f"plans_{name}"))(command)
    app.add_typer(plans, name="plans")


def list_plans(
    search: Annotated[str, option("plans_search", "--search")] = "",
    archived: Annotated[bool, option("plans_archived", "--archived")] = False,
    json_file: JsonOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """The plans, last changed first."""
    from iqgeo.cli.show_stored import entry_data, show_entries
    from iqgeo.store import lists
    from iqgeo.store.database import open_store

    spoken = language(lang)
    opened = open_store(store, create=False)
    found = lists.entries(opened, which="archive" if archived else "all", search=search)
    if json_file is not None:
        write_json(json_file, {"store": opened.place, "plans": [entry_data(it, spoken) for it in found]})
    if json_file != "-":
        show_entries(found, spoken)


def show(
    name: NameArgument, json_file: JsonOption = None, store: StoreOption = None, lang: LangOption = None
) -> None:
    """A plan: its versions, its own files, what is published of it."""
    from iqgeo.cli.show_stored import entry_data, publication_data, show_plan, version_data
    from iqgeo.store import lists, plans, published
    from iqgeo.store.database import open_store

    spoken = language(lang)
    opened = open_store(store, create=False)
    entry = lists.find(opened, name)
    history = plans.history(opened, entry.id)
    files = plans.load(opened, entry.id, entry.number).files
    pages = published.of_plan(opened, entry.id)
    if json_file is not None:
        content = {
            **entry_data(entry, spoken),
            "files": dict(files),
            "versions": [version_data(it, spoken) for it in history],
            "published": [publication_data(it) for it in pages],
        }
        write_json(json_file, content)
    if json_file != "-":
        show_plan(entry, history, files, pages, spoken)


def export(
    name: NameArgument,
    out: Annotated[Path, option("plans_out", "--out")],
    version: VersionOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """Write a version as a plan file, or as a bundle with its own files."""
    from iqgeo.cli.show import show_written
    from iqgeo.safe.write import write_bytes
    from iqgeo.stored import file_bytes

    spoken = language(lang)
    opened, found = _version_meant(name, version, store)
    show_written([write_bytes(out, file_bytes(opened, found, out.suffix.lower()))], spoken)


def _version_meant(name: str, version: str | None, store: str | None) -> "tuple[Store, Version]":
    """The store, and the version of a plan that the command is about; the newest where none is named."""
    from iqgeo.store import lists, plans
    from iqgeo.store.database import open_store

    number = parse_whole("version", version)
    opened = open_store(store, create=False)
    return opened, plans.load(opened, lists.find(opened, name).id, number)


def import_plan(
    file: Annotated[Path, argument("plan_file")],
    into: Annotated[str | None, option("plans_into", "--into")] = None,
    name: Annotated[str | None, option("plans_name", "--name")] = None,
    change: Annotated[str | None, option("plans_change", "--change")] = None,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """Keep a plan file or bundle: as a new plan, or as a new version of one."""
    from iqgeo.cli.show_stored import show_kept
    from iqgeo.store import lists, plans
    from iqgeo.store.database import open_store
    from iqgeo.stored import draft_of
    from iqgeo.texts import later

    spoken = language(lang)
    opened = open_store(store)
    # Whose version it becomes is known before the file is read: a wrong name costs no work.
    target = None if into is None else lists.find(opened, into)
    said = later.written([("imported", {"file": file.name})]) if change is None else change
    draft = draft_of(opened, file, name, said, spoken)
    if target is None:
        there = next((it for it in lists.entries(opened) if it.name == draft.name), None)
        if there is not None:
            raise InputError(Problem("store_plan_there", value=draft.name, details={"id": there.id}))
        show_kept(plans.create(opened, draft), spoken)
    else:
        saved = plans.save(opened, target.id, draft, target.number)
        show_kept(saved, spoken, same=saved.number == target.number)


def publish(
    name: NameArgument,
    version: VersionOption = None,
    open_to_all: Annotated[bool, option("plans_open", "--open/--house-only")] = False,
    json_file: JsonOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """Compute a version and keep its page, numbers and files as they are now."""
    from iqgeo.cli.show_stored import publication_data, show_published
    from iqgeo.store import published
    from iqgeo.stored import computed

    spoken = language(lang)
    opened, found = _version_meant(name, version, store)
    page = published.publish(
        opened, found.plan_id, found.number, is_open=open_to_all, **vars(computed(opened, found, spoken))
    )
    if json_file is not None:
        write_json(json_file, publication_data(page))
    if json_file != "-":
        show_published(page, spoken)


def backup(
    file: Annotated[Path, argument("backup_file")], store: StoreOption = None, lang: LangOption = None
) -> None:
    """Write everything that is kept into one file."""
    from iqgeo.cli.show_stored import show_contents
    from iqgeo.safe.write import writing
    from iqgeo.store.backup import back_up
    from iqgeo.store.database import open_store

    spoken = language(lang)
    opened = open_store(store, create=False)
    with writing(file) as temporary:
        found = back_up(opened, temporary)
    show_contents("backed_up", found, file, spoken)


def restore(
    file: Annotated[Path, argument("backup_file")],
    replace: Annotated[bool, option("plans_replace", "--replace")] = False,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """Bring back what a backup holds."""
    from iqgeo.cli.show_stored import show_contents
    from iqgeo.store import backup as backups
    from iqgeo.store.database import open_store

    spoken = language(lang)
    with backups.checked(file) as copy:
        found = backups.bring_back(open_store(store), copy, replace=replace)
    show_contents("restored", found, file, spoken)


def remove(
    name: Annotated[str | None, argument("stored_plan")] = None,
    person: Annotated[str | None, option("plans_person", "--person")] = None,
    heir: Annotated[str | None, option("plans_heir", "--heir")] = None,
    yes: Annotated[bool, option("plans_yes", "--yes")] = False,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """Remove a plan for good, or what is kept of a person; without ``--yes`` say what would go."""
    from iqgeo.cli.show_stored import show_removed
    from iqgeo.store import lists, plans, traces
    from iqgeo.store.database import open_store

    spoken = language(lang)
    if (name is None) == (person is None):
        raise InputError(Problem("store_remove_what"))
    opened = open_store(store, create=False)
    if person is not None:
        found = traces.traces(opened, person)
        if not yes:
            details = {"versions": found.versions, "publications": found.publications}
            raise InputError(Problem("store_forget_asks", value=person, details=details))
        traces.forget(opened, person, heir=heir)
        show_removed(person, spoken)
        return
    assert name is not None
    entry = lists.find(opened, name)
    hanging = plans.hanging(opened, entry.id)
    if not yes:
        raise InputError(Problem("store_remove_asks", value=entry.name, details=vars(hanging)))
    plans.remove(opened, entry.id, hanging)
    show_removed(entry.name, spoken)
