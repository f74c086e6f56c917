"""Columns of coordinates in metres, turned into degrees where their system is known."""

from dataclasses import replace

from iqgeo.distances.roads.table import RoadTable
from iqgeo.distances.roads.table_rules import numbers
from iqgeo.distances.roads.unsaid_system import DEGREES, UnsaidSystem, named_in
from iqgeo.systems import to_degrees


def in_degrees(table: RoadTable, axes: tuple[str, ...], unsaid: UnsaidSystem) -> RoadTable:
    """The table with its coordinates in degrees.

    Parameters
    ----------
    table : RoadTable
        Under our names.
    axes : tuple[str, ...]
        Its columns of east and north, in turn; a table that lacks one is left as it is.
    unsaid : UnsaidSystem
        What is known of the system where no column names it.
    """
    if not set(axes) <= set(table.frame.columns):
        return table
    columns = [numbers(table.column(axis)) for axis in axes]
    at = dict(zip(axes, columns, strict=True))
    named = named_in(table.frame)
    system, turned = (named, False) if named else unsaid.of_columns(columns[0], columns[1], table.file)
    if system == DEGREES:
        return table
    for east, north in zip(axes[::2], axes[1::2], strict=True):
        points = (at[north], at[east]) if turned else (at[east], at[north])
        at[east], at[north] = to_degrees(system, *points)
    return replace(table, frame=table.frame.assign(**at))
