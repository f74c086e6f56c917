"""Whatever the Python interface can read has its option in the commands."""

import inspect

import pytest
import typer

from iqgeo import inputs
from iqgeo.cli.main import app
from iqgeo.inputs.municipalities import read_municipalities
from iqgeo.reading import Reading

# Parameters that no option stands for, and why.
ELSEWHERE = {
    "region": "every command has its region",
    "near": "made of the region and the target",
    "blanks": "set by region new alone",
    "directory": "an argument",
    "readings": "made of the reading options",
    "reading": "made of the reading options",
    "usual_year": "--year of region new, which is that of the people first",
}
# Option of a parameter in a command, where it is called otherwise.
CALLED = {
    "layer": "sheet",
    "key": "district_key",
    "key_column": "district_key",
    "about": "publisher",
    "keys_from": "keys_from",
}
# Reader -> the command that reads with it, and the parameter of the command that takes the file.
READERS = {
    inputs.read_offices: ("coverage", "offices"),
    inputs.read_candidates: ("suggest", "candidates"),
    inputs.read_demand: ("coverage", "demand"),
    inputs.read_shares: ("coverage", "shares"),
    inputs.read_distances: ("suggest", "distances"),
    inputs.read_districts: ("region new", "districts"),
    read_municipalities: ("region new", "municipalities"),
    inputs.check_file: ("check", "files"),
    inputs.new_region: ("region new", "folder"),
}


def parameters(command: str) -> set[str]:
    """What a command takes."""
    found = typer.main.get_command(app)
    for part in command.split():
        found = found.commands[part]
    return {it.name for it in found.params}


@pytest.mark.parametrize("reader", READERS, ids=lambda it: it.__name__)
def test_every_parameter_of_a_reader_has_its_option(reader):
    command, source = READERS[reader]
    taken = parameters(command)
    wanted = [it for it in inspect.signature(reader).parameters if it != "source" and it not in ELSEWHERE]
    assert source in taken
    assert [it for it in wanted if CALLED.get(it, it) not in taken] == []


@pytest.mark.parametrize("reader", READERS, ids=lambda it: it.__name__)
def test_every_answer_about_a_file_can_be_given(reader):
    names = {"columns": "column", "agreed": "agree", "rows": "row"}
    wanted = {names.get(it, it) for it in Reading.__dataclass_fields__}
    assert wanted | {"sheet"} <= parameters(READERS[reader][0])


def test_what_is_said_about_a_region_has_its_option():
    names = {"weight_definition": "definition", "bridges": "bridge"}
    wanted = {names.get(it, it) for it in inputs.About.__dataclass_fields__}
    assert wanted <= parameters("region new")
