"""Text of strangers: what of it may be kept, and how it is shown."""

import re
import unicodedata
from typing import Final

from iqgeo.safe.clean import SHOWN_LETTERS

_CONTROL: Final = "\x00-\x1f\x7f-\x9f"
# Marks that turn the direction of writing, zero-width characters and the byte order mark.
_INVISIBLE: Final = "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
_SURROGATE: Final = "\ud800-\udfff"

HARMFUL: Final = re.compile(f"[{_CONTROL}{_INVISIBLE}{_SURROGATE}]")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def cleaned(word: str) -> str:
    """``word`` without characters that cannot be seen or turn the text around; blanks joined, ends bare.

    A line break or tab becomes a blank, a lone surrogate the replacement character.
    """
    spaced = re.sub(r"[\t\r\n\v\f\x85\u2028\u2029]+", " ", word)
    bare = HARMFUL.sub(lambda match: "\ufffd" if "\ud800" <= match[0] <= "\udfff" else "", spaced)
    return bare.strip()


def shown(value: object) -> str:
    """``value`` as it may stand in a sentence: cleaned and cut to 60 letters."""
    # Cut first: cleaning a megabyte to show sixty letters would be waste.
    word = cleaned(str(value)[: 4 * SHOWN_LETTERS])
    return word if len(word) <= SHOWN_LETTERS else word[: SHOWN_LETTERS - 1] + "…"


def folded(word: str) -> str:
    """``word`` for comparison: no case, no accents, umlauts written out, letters and digits only."""
    simple = unicodedata.normalize("NFC", word).casefold().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", simple)
    return "".join(letter for letter in plain if letter.isalnum())
