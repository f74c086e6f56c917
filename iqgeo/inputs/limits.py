"""Every limit on what is read, in one place. They hold before anything is parsed.

A limit is generous for honest files (the largest official grid has 35 million rows) and low enough
that a crafted file cannot exhaust the memory of a laptop.
"""

from typing import Final

MIB: Final = 1024 * 1024

TABLE_BYTES: Final = 4096 * MIB
"""CSV file, or what comes out of its zip or gzip: read in blocks, never as a whole."""

PARQUET_BYTES: Final = 2048 * MIB
"""Parquet, as the file says it is when unpacked."""

WORKBOOK_BYTES: Final = 100 * MIB
"""Excel or OpenDocument file."""

WORKBOOK_UNPACKED_BYTES: Final = 400 * MIB
"""All parts of a workbook together, unpacked."""

JSON_BYTES: Final = 128 * MIB
"""GeoJSON: parsed as a whole, needs about five times its size in memory."""

REGISTER_BYTES: Final = 64 * MIB
"""The register of municipalities as text of fixed columns: the whole of Germany has 4."""

DATABASE_BYTES: Final = 2048 * MIB
"""GeoPackage."""

DATABASE_LAYERS: Final = 1_000
"""Layers of a GeoPackage: each is opened before one is read."""

READER_BYTES: Final = 2048 * MIB
"""Memory of the process that reads a file, whatever its size."""

READER_RATIO: Final = 12
"""Bytes of memory, and of a table, for each byte of a file, beyond what any file may have."""

READER_S: Final = 40
"""Seconds of work on a file, whatever its size."""

READER_MIB_PER_S: Final = 3
"""Megabytes of a file for each second of work beyond."""

ANSWER_FREE_BYTES: Final = 32 * MIB
"""A table smaller than this may come out of the smallest file."""

UPLOAD_BYTES: Final = 512 * MIB
"""A file handed over as bytes."""

UNPACK_RATIO: Final = 200
"""Unpacked to packed size of a part of an archive; official grids reach about 15."""

UNPACK_FREE_BYTES: Final = 20 * MIB
"""A part smaller than this may have any ratio: an almost empty sheet packs well."""

ARCHIVE_MEMBERS: Final = 2_000
"""Files in a zip."""

COLUMNS: Final = 1_000
"""Columns of a table."""

LINE_BYTES: Final = 8 * MIB
"""A single line of a CSV file, and the block that is read at a time."""

SITES: Final = 100_000
"""Offices or candidates."""

GEOCODED_ROWS: Final = 2_000
"""Addresses looked up at once: a public service is no place for bulk, and each is confirmed by hand."""

ANSWER_BYTES: Final = MIB
"""Answer of a search service to one question."""

SHARE_ROWS: Final = 100_000
"""Rows of a table of shares."""

DEMAND_ROWS: Final = 30_000_000
"""Places of a demand table."""

GRID_ROWS: Final = 60_000_000
"""Cells of a census grid, inhabited or not (Germany has 36 million of 100 m)."""

PAIR_ROWS: Final = 100_000_000
"""Rows of a distance table."""

OUTLINES: Final = 20_000
"""Districts or municipalities with an outline."""

VERTICES: Final = 5_000_000
"""Vertices of all outlines together."""

PLAN_BYTES: Final = MIB // 2
"""Plan file; holds some thousand sites."""

PLAN_STAGES: Final = 100
"""Stages of a plan."""

STUDY_TASKS: Final = 100_000
"""Combinations of a study."""

PLAN_VARIATIONS: Final = 1_000
"""Variations of the assumptions under which a plan is solved anew."""

PLAN_MEMBERS: Final = 20
"""Files in the zip of a plan."""

PLAN_UNPACKED_BYTES: Final = 1024 * MIB
"""All files in the zip of a plan together, unpacked."""

JSON_OBJECTS: Final = 5_000_000
"""Objects of a GeoJSON file: three a feature, of which the smallest has some seventy bytes."""

JSON_LISTS: Final = 15_000_000
"""Lists of a GeoJSON file: a pair of numbers a vertex, and those that hold them."""

JSON_DEPTH: Final = 40
"""Brackets within brackets; a MultiPolygon in a feature collection needs nine."""

NAME_LETTERS: Final = 200
"""Letters of a name or any other text of a row."""

NOTE_LETTERS: Final = 10_000
"""Letters of a plan's note, which its papers print."""

ID_LETTERS: Final = 100
"""Letters of an id."""

LISTED: Final = 20
"""Rows named one by one for the same problem in the same column; the rest is counted."""
