"""A call that is none, in the reader's language: what typer says of options and commands is English."""

import re
from typing import Any, Final, cast

import typer

from iqgeo.cli.options import HELP_LANGUAGE
from iqgeo.errors import Problem
from iqgeo.texts import text

# Typer keeps its own copy of click and shows only this one of its refusals.
Refused: Final = cast("type[Exception]", typer.BadParameter.__base__)
"""What typer raises when a call cannot be understood."""


def usage_problem(error: Exception) -> Problem | None:
    """What is wrong with a call, and what to do; ``None`` if typer says something we have no words for."""
    refused = cast("Any", error)
    context: Any = getattr(refused, "ctx", None)
    command = context.command_path if context is not None else "iqgeo"
    said = str(refused.message)
    code, value, more = "", "", {}
    match type(error).__name__:
        case "NoSuchOption":
            near = ", ".join(sorted(refused.possibilities or ()))
            code, value, more = ("option_near" if near else "option"), refused.option_name, {"near": near}
        case "BadOptionUsage":
            code, value = "bare", refused.option_name
        case "MissingParameter":
            code, value = "missing", _named(refused)
        case "BadParameter":
            code, value = "value", _named(refused)
        case "UsageError":
            if unknown := re.fullmatch(r"No such command '(.*)'\.", said):
                code, value, more = "command", unknown[1], {"known": ", ".join(context.command.commands)}
            elif extra := re.fullmatch(r"Got unexpected extra argument(?:\(s\)|s)? \((.*)\)", said):
                code, value = "extra", extra[1]
    return Problem(f"call_{code}", value=value, details={"command": command, **more}) if code else None


def help_in_words(written: str) -> str:
    """A command's help with typer's headings, which stand alone at the left, in the reader's language."""

    def heading(found: re.Match[str]) -> str:
        return text(f"cli.heading.{found[1].lower()}", HELP_LANGUAGE) + ":"

    headed = re.sub(r"^(Usage|Arguments|Options|Commands):", heading, written, flags=re.MULTILINE)
    return headed.replace("[required]", f"[{text('cli.heading.required', HELP_LANGUAGE)}]")


def _named(refused: Any) -> str:
    """The option or argument a refusal is about, as one writes it."""
    parameter = refused.param
    if parameter is None:
        return str(refused.param_hint or "")
    return str(parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar)
