"""Options that nobody gave, and options that are text, are what they are.

Typer asks pydantic for a reader of each option of a command, given or not; loading it takes longer than
all the reading.
"""

from collections.abc import Callable
from typing import Any, cast

from typer.core import TyperCommand, TyperGroup

from iqgeo.cli.options import help_text
from iqgeo.cli.usage import help_in_words


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
    """A command, read plainly."""


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
        annotation = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
        self._several = parameter.multiple or parameter.nargs != 1
        self._is_text = annotation is str and not self._several

    def __call__(self, context: Any, value: Any) -> Any:
        as_it_is = value is None or (self._is_text and type(value) is str)
        if self._parameter.required or not as_it_is:
            return self._process(context, value)
        read = () if value is None and self._several else value
        callback = self._parameter.callback
        return read if callback is None else callback(context, self._parameter, read)
