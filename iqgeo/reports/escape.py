"""The one place where text that others wrote is made harmless before it reaches a map or a page.

Everything a user can bring (names of offices, districts, plans, files) passes :func:`html_text` on
its way into HTML, whether folium, the app or a printed page shows it, and :func:`script_json` on its
way into a script.
"""

import html
import json
import re
from typing import Any

# folium compiles its rendered page a second time as a template, where {{ }} runs Python on the
# server; ${ } in a back-quoted string runs JavaScript; a backslash ends a string early.
_TEMPLATE_CHARACTERS = str.maketrans({mark: f"&#{ord(mark)};" for mark in "`$\\{}"})
# What HTML forbids even as an entity, and what ends a line inside a script.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS = str.maketrans({"\u2028": " ", "\u2029": " "})
_SCRIPT_CHARACTERS = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029`$"})
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


def html_text(value: object) -> str:
    """Return ``value`` as text that HTML, a folium template and a script all show as it was written.

    Control characters, which HTML cannot hold, become U+FFFD.
    """
    text = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(value)).translate(_LINE_ENDS)
    return html.escape(text, quote=True).translate(_TEMPLATE_CHARACTERS)


def html_sentence(sentence: str) -> str:
    """Return a sentence of the catalogue as HTML: escaped, with ``**...**`` as bold."""
    return _BOLD.sub(r"<strong>\1</strong>", html_text(sentence))


def script_json(data: Any) -> str:
    """Write ``data`` as JSON that can stand inside a ``<script>`` of a folium page.

    Strings that will be shown must have passed :func:`html_text`. Never contains a tag, a template
    mark or a line end.

    Raises
    ------
    ValueError
        If ``data`` holds NaN or infinity, which JSON does not know.
    """
    written = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    written = written.translate(_SCRIPT_CHARACTERS)
    # A brace of a string is written as an escape, one of the structure never meets another mark.
    return _STRING.sub(lambda match: _braces_escaped(match.group()), written)


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def _braces_escaped(string: str) -> str:
    return (
        string.replace("{", "\\u007b").replace("}", "\\u007d").replace("%", "\\u0025").replace("#", "\\u0023")
    )
