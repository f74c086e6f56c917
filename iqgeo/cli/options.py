"""The options that commands share. Numbers come in as text: "35,5" is a number here."""

import os
from pathlib import Path
from typing import Annotated, get_args

import typer

from iqgeo.texts import LANGUAGES, Lang, text


def default_language() -> Lang:
    """German, unless the environment variable ``IQGEO_LANG`` says ``en``."""
    wished = os.environ.get("IQGEO_LANG", "de").lower()[:2]
    return next((lang for lang in get_args(Lang) if lang == wished), LANGUAGES[0])


HELP_LANGUAGE = default_language()


def help_text(name: str) -> str:
    """The help of an option or command, in the language of the environment."""
    return text(f"cli.help.{name}", HELP_LANGUAGE)


def _option(name: str, *flags: str) -> typer.models.OptionInfo:
    info: typer.models.OptionInfo = typer.Option(*flags, help=help_text(name), show_default=False)
    return info


RegionOption = Annotated[Path | None, _option("region", "--region")]
OfficesOption = Annotated[Path | None, _option("offices", "--offices")]
StageOption = Annotated[str | None, _option("stage", "--stage")]
DemandOption = Annotated[Path | None, _option("demand", "--demand")]
SharesOption = Annotated[Path | None, _option("shares", "--shares")]
WeightOption = Annotated[str | None, _option("weight", "--weight")]
YearOption = Annotated[str | None, _option("year", "--year")]
DistanceOption = Annotated[str | None, _option("distance", "--distance")]
FactorOption = Annotated[str | None, _option("detour_factor", "--detour-factor")]
RoadsOption = Annotated[Path | None, _option("roads", "--roads")]
TargetOption = Annotated[str | None, _option("target_km", "--target-km")]
BorderOption = Annotated[bool, _option("across_border", "--across-border")]
PlannedOption = Annotated[bool, _option("planned", "--planned")]
JsonOption = Annotated[str | None, _option("json", "--json")]
LangOption = Annotated[str | None, _option("lang", "--lang")]
