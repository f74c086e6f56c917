"""``iqgeo check``, ``roads`` and ``app``: looking at files, getting roads, opening the app."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from iqgeo.cli.options import (
    JsonOption,
    LangOption,
    Options,
    argument,
    help_text,
    language,
    option,
    parse_number,
    parse_whole,
    with_options,
)
from iqgeo.errors import InputError, Problem
from iqgeo.texts import Lang, text

if TYPE_CHECKING:
    from iqgeo.distances.roads import Beyond, RoadNetwork
    from iqgeo.distances.roads.assemble import Leavings
    from iqgeo.inputs import Further


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(help=help_text("check"))(check)
    roads = typer.Typer(help=help_text("roads_group"), no_args_is_help=True)
    roads.command("build", help=help_text("roads_build"))(roads_build)
    roads.command("compare", help=help_text("roads_compare"))(roads_compare)
    app.add_typer(roads, name="roads")
    region = typer.Typer(help=help_text("region_group"), no_args_is_help=True)
    region.command("new", help=help_text("region_new"))(region_new)
    region.callback()(lambda: None)
    app.add_typer(region, name="region")
    app.command("geocode", help=help_text("geocode"))(look_up)
    app.command("template", help=help_text("template_new"))(template)
    app.command("app", help=help_text("open_app"))(open_app)


def check(
    files: Annotated[list[Path], argument("files")],
    region: Annotated[Path | None, option("region")] = None,
    column: Annotated[list[str] | None, option("column")] = None,
    sheet: Annotated[str | None, option("check_sheet", "--sheet")] = None,
    decimal: Annotated[str | None, option("decimal")] = None,
    crs: Annotated[str | None, option("crs")] = None,
    agree: Annotated[bool, option("agree")] = False,
    without: Annotated[list[str] | None, option("without")] = None,
    row: Annotated[list[str] | None, option("row")] = None,
    lang: LangOption = None,
) -> None:
    """Say what is wrong with files, without computing anything: status 2 if anything is."""
    from iqgeo.cli.checking import checked
    from iqgeo.cli.reading import parse_readings
    from iqgeo.region import load_region

    spoken = language(lang)
    said = parse_readings(
        column or (), (), decimal, crs, agreed=agree, without=without or (), rows=row or ()
    ).every
    loaded = None if region is None else load_region(region)
    usable = [checked(file, loaded, spoken, sheet=sheet, reading=said) for file in files]
    if not all(usable):
        raise typer.Exit(2)


def look_up(
    file: Annotated[Path, argument("geocode_file")],
    out: Annotated[Path, option("geocode_out", "--out")],
    service: Annotated[str, option("geocode_service", "--service")],
    country: Annotated[str, option("country")] = "",
    pause_s: Annotated[str | None, option("pause_s")] = None,
    lang: LangOption = None,
) -> None:
    """Look up the addresses of a table at the service that was named."""
    from iqgeo.cli.geocoding import geocode_file

    geocode_file(file, out, service, country, pause_s, language(lang))


def roads_build(
    source: Annotated[str, argument("source")],
    out: Annotated[Path | None, option("roads_out", "--out")] = None,
    nodes: Annotated[Path | None, option("nodes")] = None,
    least_part_km: Annotated[str | None, option("least_part_km")] = None,
    crs: Annotated[str | None, option("crs")] = None,
    region: Annotated[Path | None, option("roads_region", "--region")] = None,
    report_file: Annotated[str | None, option("roads_report", "--json")] = None,
    map_file: Annotated[Path | None, option("roads_map", "--map")] = None,
    lang: LangOption = None,
) -> None:
    """Make a road network; goes online only if SOURCE is no file but a place."""
    from dataclasses import replace

    from iqgeo.cli.assessing import write_json
    from iqgeo.cli.show import road_progress, show_roads
    from iqgeo.distances.roads import (
        LEAST_PART_KM,
        UnsaidSystem,
        build_and_tell,
        report_on,
        user_roads_directory,
    )
    from iqgeo.region import load_region
    from iqgeo.safe.write import check_writable, make_folder, write_bytes

    spoken = language(lang)
    least_km = parse_number("least-part-km", least_part_km, LEAST_PART_KM)
    if out is not None:
        make_folder(out.parent)
    for file in (out, report_file, map_file):
        if file is not None and file != "-":
            check_writable(file)
    is_place = not Path(source).exists() and not Path(source).suffix
    target = user_roads_directory() / f"{Path(source).name.split('.')[0]}.parquet" if out is None else out
    with road_progress(spoken) as progress:

        def built(unsaid: UnsaidSystem) -> "tuple[RoadNetwork, Leavings]":
            return build_and_tell(
                source if is_place else Path(source),
                nodes=nodes,
                online=is_place,
                least_part_km=least_km,
                progress=progress,
                unsaid=unsaid,
            )

        try:
            network, leavings = built(UnsaidSystem(crs or ""))
        except InputError as error:
            # A region that nobody named decides nothing: Berlin's metres lie in Lower Saxony in another zone.
            if error.problems[0].code != "roads_crs_unclear" or region is None:
                raise
            network, leavings = built(UnsaidSystem(near=load_region(region).bounds))
        report = report_on(network, leavings)
        if region is not None:
            report = replace(report, beyond=_people_beyond(network, region))
    if out is None:
        target.parent.mkdir(parents=True, exist_ok=True)
    network.save(target)
    if report_file is not None:
        write_json(report_file, report.to_dict())
    if map_file is not None:
        from iqgeo.reports.roads_map import road_map

        write_bytes(map_file, road_map(network, report, spoken).encode())
    if report_file != "-":
        show_roads(network, target, spoken, report)


def _people_beyond(network: "RoadNetwork", region: Path) -> "Beyond":
    """How many people of a region have no road of the network nearby."""
    from iqgeo.demand import build_demand
    from iqgeo.distances import Points
    from iqgeo.distances.roads import people_beyond
    from iqgeo.region import load_region

    places = build_demand(load_region(region)).places
    points = Points.of(places["lon"], places["lat"], places["landmass"])
    return people_beyond(network, points, places["people"].to_numpy(dtype=float))


@with_options
def roads_compare(
    options: Options,
    json_file: JsonOption = None,
    out: Annotated[Path | None, option("factors_out", "--out")] = None,
) -> None:
    """How well the estimate agrees with the roads: who changes class, the factor by district."""
    from dataclasses import replace

    from iqgeo.cli.assessing import write_json
    from iqgeo.cli.show import show_road_comparison, show_written
    from iqgeo.cli.study import prepare
    from iqgeo.distances.factors import factors_csv, fit_factors
    from iqgeo.distances.roads import compare_with_roads
    from iqgeo.frames import plain_rows, plain_value
    from iqgeo.inputs import read_factors
    from iqgeo.safe.write import check_writable, write_bytes

    lang = options.spoken
    if out is not None:
        check_writable(out)
    roads, detour = ({**options.settings, "distance": kind} for kind in ("road", "detour"))
    study = prepare(replace(options, settings=roads, factors=None))
    on_roads = study.coverage()
    estimate = prepare(replace(options, settings=detour, roads=None, factors=None)).coverage()
    if options.factors is None:
        towns = study.loaded.pool(study.scenario.settings.least_people)
        factors = fit_factors(on_roads.places, study.loaded.measure, towns, estimate.target_km)
    else:
        said = options.readings
        factors = read_factors(options.factors, layer=said.sheet("factors"), reading=said.of("factors")).frame
    assert estimate.measure.factor is not None
    found = compare_with_roads(
        on_roads.places,
        estimate.places["straight_km"],
        on_roads.places["distance_km"],
        target_km=estimate.target_km,
        detour_factor=estimate.measure.factor,
        factors=factors,
    )
    if json_file is not None:
        whole = {name: plain_value(value) for name, value in vars(found).items() if name != "by_district"}
        rows = {"districts": plain_rows(found.by_district), "factors": plain_rows(factors)}
        write_json(json_file, {**whole, **rows})
    if out is not None:
        write_bytes(out, factors_csv(factors, on_roads.district_names))
    if json_file != "-":
        show_road_comparison(found, on_roads.district_names, lang)
        if out is not None:
            show_written([out], lang)


def region_new(
    folder: Annotated[Path, argument("folder")],
    state: Annotated[str | None, option("region_state", "--state")] = None,
    name: Annotated[str, option("region_name", "--name")] = "",
    districts: Annotated[Path | None, option("region_districts", "--districts")] = None,
    settlements: Annotated[Path | None, option("region_settlements", "--settlements")] = None,
    year: Annotated[str | None, option("region_year", "--year")] = None,
    shares: Annotated[Path | None, option("shares")] = None,
    grid_shares: Annotated[Path | None, option("region_grid_shares", "--grid-shares")] = None,
    towns: Annotated[Path | None, option("candidates", "--towns")] = None,
    offices: Annotated[Path | None, option("offices")] = None,
    keys_from: Annotated[str, option("keys_from")] = "",
    weight: Annotated[str | None, option("weight")] = None,
    municipalities: Annotated[Path | None, option("municipalities")] = None,
    weight_name: Annotated[str, option("weight_name")] = "",
    definition: Annotated[str, option("definition")] = "",
    shares_year: Annotated[str | None, option("shares_year")] = None,
    sites: Annotated[str, option("site_noun", "--sites")] = "",
    publisher: Annotated[str, option("publisher")] = "",
    licence: Annotated[str, option("licence")] = "",
    bridge: Annotated[list[str] | None, option("bridge")] = None,
    column: Annotated[list[str] | None, option("column")] = None,
    sheet: Annotated[list[str] | None, option("sheet")] = None,
    decimal: Annotated[str | None, option("decimal")] = None,
    crs: Annotated[str | None, option("crs")] = None,
    agree: Annotated[bool, option("agree")] = False,
    without: Annotated[list[str] | None, option("without")] = None,
    row: Annotated[list[str] | None, option("row")] = None,
    district_key: Annotated[str | None, option("district_key")] = None,
    executor: Annotated[str, option("executor")] = "serial",
    lang: LangOption = None,
) -> None:
    """Make a region folder from files, with a report of what went in."""
    from iqgeo.cli.reading import parse_readings
    from iqgeo.cli.show import show_new_region
    from iqgeo.inputs import About, new_region, state_region
    from iqgeo.inputs.states import ALL

    spoken = language(lang)
    if state is not None and (state.strip().casefold() == ALL or "," in state):
        own = {
            "name": name, "districts": districts, "settlements": settlements, "year": year, "shares": shares,
            "grid-shares": grid_shares, "towns": towns, "offices": offices, "keys-from": keys_from,
            "weight": weight, "municipalities": municipalities, "weight-name": weight_name,
            "definition": definition, "shares-year": shares_year, "sites": sites, "publisher": publisher,
            "licence": licence, "bridge": bridge,
        }  # fmt: skip
        _several_states(folder, state, [it for it, said in own.items() if said], executor, spoken)
        return
    number, of_shares = parse_whole("year", year), parse_whole("shares-year", shares_year)
    readings = parse_readings(
        column or (), sheet or (), decimal, crs, agreed=agree, without=without or (), rows=row or ()
    )
    further: Further = {
        "shares": readings.source("shares", shares),
        "grid_shares": readings.source("grid_shares", grid_shares),
        "towns": readings.source("towns", towns),
        "offices": readings.source("offices", offices),
        "weight": weight,
        "key_column": district_key,
        "about": About(weight_name, definition, sites, publisher, licence, of_shares, tuple(bridge or ())),
        "readings": readings.of,
    }
    given = (readings.source("districts", districts), readings.source("settlements", settlements))
    of_towns = readings.source("municipalities", municipalities)
    if state is not None:
        if keys_from:
            raise InputError(Problem("state_keys", column="keys-from", value=keys_from))
        report = state_region(
            folder,
            state,
            name=name,
            year=number,
            districts=given[0],
            settlements=given[1],
            municipalities=of_towns,
            **further,
        )
    else:
        missing = {"name": name or None, "districts": given[0], "settlements": given[1], "year": number}
        problems = [
            Problem("region_option_missing", column=it) for it, said in missing.items() if said is None
        ]
        if given[0] is None or given[1] is None or number is None or problems:
            raise InputError(problems)
        report = new_region(
            folder,
            name=name,
            keys_from=keys_from,
            year=number,
            districts=given[0],
            settlements=given[1],
            municipalities=of_towns,
            **further,
        )
    show_new_region(report, folder, spoken)


def _several_states(folder: Path, states: str, own: list[str], executor: str, lang: Lang) -> None:
    """Make regions of several states from what comes along; each is told as it is made."""
    from iqgeo.cli.show import show_new_region
    from iqgeo.inputs.states import state_regions
    from iqgeo.workers.executor import executor_of

    if own:
        raise InputError([Problem("states_own", column=it) for it in own])
    wanted = [it.strip() for it in states.split(",") if it.strip()]
    with executor_of(executor) as workers:
        for made, report in state_regions(folder, wanted, workers):
            show_new_region(report, made, lang)


def template(
    kind: Annotated[str, argument("template_kind")],
    out: Annotated[Path, option("template_out", "--out")],
    lang: LangOption = None,
) -> None:
    """Write an empty workbook with the columns of a kind of table."""
    from iqgeo.cli.show import show_written
    from iqgeo.reports.templates import template_bytes
    from iqgeo.safe.write import write_bytes

    spoken = language(lang)
    if out.suffix.lower() != ".xlsx":
        raise InputError(Problem("template_suffix", column="out", value=out.name))
    show_written([write_bytes(out, template_bytes(kind, spoken))], spoken)


def open_app(
    port: Annotated[int, option("port")] = 8501,
    browser: Annotated[bool, option("browser", "--browser/--no-browser")] = True,
    region: Annotated[Path | None, option("region")] = None,
) -> None:
    """Open the app on this machine."""
    import subprocess
    from importlib.util import find_spec

    from iqgeo.region import REGION_VARIABLE, load_region

    environment = dict(os.environ)
    if region is not None:
        # Whatever is wrong with the folder is said here, not on an empty page.
        environment[REGION_VARIABLE] = str(load_region(region).directory.absolute())

    server = find_spec("iqgeo.app.server")
    assert server is not None
    assert server.origin is not None
    command = [
        sys.executable, "-m", "streamlit", "run", server.origin,
        f"--server.port={port}", "--server.address=127.0.0.1",
        f"--server.headless={str(not browser).lower()}",
    ]  # fmt: skip
    typer.echo(text("cli.app.at", language(None), address=f"http://127.0.0.1:{port}"))
    try:
        status = subprocess.call(command, env=environment)  # noqa: S603 -- our page
    except KeyboardInterrupt:
        status = 0
    raise typer.Exit(status)
