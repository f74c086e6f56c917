"""Options that nobody gave, and options that are text, a path or plain digits, are what they are.

Typer asks pydantic for a reader of each option of a command, given or not; loading it takes longer than
all the reading.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

from typer.core import TyperCommand, TyperGroup

from iqgeo.cli.options import help_text
from iqgeo.cli.own_files import refuse_own_files
from iqgeo.cli.usage import help_in_words

_MOST_DIGITS: Final = 15


class _Plain:
    """A command of typer that asks for a reader only where there is something to read."""

    params: list[Any]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for parameter in self.params:
            _read_plainly(parameter)

    def get_help_option(self, ctx: Any) -> Any:
        """``--help``, which is made when it is asked for."""
        option = cast("Any", super()).get_help_option(ctx)
        if option is not None:
            option.help = help_text("help")
            _read_plainly(option)
        return option

    def get_help(self, ctx: Any) -> str:
        """The help with its headings in the reader's language."""
        return help_in_words(cast("Any", super()).get_help(ctx))


class PlainCommand(_Plain, TyperCommand):
    """A command, read plainly, which writes over nothing that it reads."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command once its files are told apart."""
        refuse_own_files({it.name: tuple(it.opts) for it in self.params}, ctx.params)
        return super().invoke(ctx)


class PlainGroup(_Plain, TyperGroup):
    """A command with commands, read plainly."""


def _read_plainly(parameter: Any) -> None:
    if not isinstance(parameter.process_value, _Plainly):
        parameter.process_value = _Plainly(parameter)


class _Plainly:
    """``process_value`` of a parameter, typer's own where there is more to do than to hand the value on."""

    def __init__(self, parameter: Any) -> None:
        self._parameter = parameter
        self._process: Callable[[Any, Any], Any] = parameter.process_value
        # Other versions of typer keep this elsewhere: they read text themselves.
        described = getattr(parameter, "type_descriptor", None)
        self._several = parameter.multiple or parameter.nargs != 1
        bounded = self._several or getattr(described, "is_ranged", False)
        self._kind = None if bounded else getattr(described, "annotation", None)

    def __call__(self, context: Any, value: Any) -> Any:
        if self._parameter.required or not self._is_plain(value):
            return self._process(context, value)
        read = () if value is None and self._several else value
        if type(value) is str and self._kind in (Path, int):
            read = self._kind(value)
        callback = self._parameter.callback
        return read if callback is None else callback(context, self._parameter, read)

    def _is_plain(self, value: Any) -> bool:
        """Whether there is one way to read it, which needs no reader."""
        if value is None or type(value) is not str:
            return value is None
        digits = value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS
        return self._kind in (str, Path) or (self._kind is int and digits)
