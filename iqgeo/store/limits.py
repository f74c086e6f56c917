"""Every limit on what is kept, in one place."""

from typing import Final

MIB: Final = 1024 * 1024

NAME_CHARS: Final = 200
"""Name of a plan, a person or a file."""

CHANGE_CHARS: Final = 4000
"""What changed: a sentence, or the clauses it is said by."""

TEXT_CHARS: Final = MIB
"""Text of a plan."""

SUMMARY_CHARS: Final = 64 * 1024
"""What a list shows of a version without computing it: numbers, names of towns, a small map."""

FILES: Final = 20
"""Own files of a plan."""

FILE_BYTES: Final = 256 * MIB
"""A file of the user's own."""

ALL_FILES_BYTES: Final = 8192 * MIB
"""All own files together."""

CASE_CHARS: Final = 16 * MIB
"""The numbers of a published version."""

OUTPUT_BYTES: Final = 64 * MIB
"""A file of a published version."""

OUTPUTS: Final = 200
"""Files of a published version."""

CHUNK_BYTES: Final = MIB
"""Files are kept and read in pieces, so that no file is ever in memory twice."""

UNUSED_S: Final = 24 * 3600
"""So long a file may wait for the version that names it."""
