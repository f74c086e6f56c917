"""All pages speak their own language to the last word: with days, own files, a suggestion, a comparison."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from iqgeo.app.state import PlannedPlace, PlannedSite

CELLE = PlannedPlace("03351006", "Celle", 10.08, 52.62, "NI-H")
STADE = PlannedSite("03359038", "Stade", 9.48, 53.6)
NOT_SAID = {
    "id", "form_id", "key", "icon", "url", "page", "page_script_hash", "type", "format",
    "expr", "calculate", "field", "font",
}  # fmt: skip
"""What has words that nobody reads: addresses, keys, formulas of charts."""
MARKUP = re.compile(r'<script.*?</script>|</?\w+|\b(class|style|id|href|role|font-family)="[^"]*"', re.DOTALL)
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


def strings(message: Message) -> Iterator[str]:
    """Every text in what was sent to the browser, but names that nobody reads."""
    for field, value in message.ListFields():
        for it in value if field.is_repeated else (value,):
            if isinstance(it, Message):
                yield from strings(it)
            elif isinstance(it, str) and field.name not in NOT_SAID:
                yield from leaves(read(it))


def read(written: str) -> Any:
    """What was told as JSON, or else the words themselves."""
    try:
        return json.loads(written)
    except ValueError:
        return written


def leaves(value: Any) -> Iterator[str]:
    """The texts in what a component or a chart was told."""
    if isinstance(value, dict):
        for name, it in value.items():
            if name not in NOT_SAID:
                yield from leaves(it)
    elif isinstance(value, list):
        for it in value:
            yield from leaves(it)
    elif isinstance(value, str):
        yield value


def said_by(test: AppTest) -> str:
    """All that a page says, in its texts, its controls, its map and its charts."""
    found = []
    for node in test._tree:
        proto = getattr(node, "proto", None)
        if isinstance(proto, Message) and "iqgeo_words" not in str(getattr(proto, "component_name", "")):
            found += strings(proto)
    plain = []
    for it in found:
        # The names of the bar's parts stand in the style of the page.
        plain += [
            name for style in STYLE.findall(it) for name in re.findall(r'--iq-[a-z-]+:"([^"]*)"', style)
        ]
        plain.append(MARKUP.sub(" ", STYLE.sub(" ", it)))
    return html.unescape(" ".join(plain))
