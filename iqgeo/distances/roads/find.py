"""Find the roads of a region without being told where they are."""

from collections.abc import Iterator
from pathlib import Path

from iqgeo.distances.roads.network import RoadInfo, read_info
from iqgeo.errors import InputError

MARGIN_DEGREES = 0.05
"""A region may stick out of the roads' extent by so much (about 5 km): shores and heaths have no roads."""

Bounds = tuple[float, float, float, float]


def user_roads_directory() -> Path:
    """Return the user's folder in which roads are looked for, beside the region's own; it may not exist."""
    from platformdirs import user_data_path

    return user_data_path("iqgeo", appauthor=False) / "roads"


def covers(info: RoadInfo, bounds: Bounds) -> bool:
    """Whether the roads reach over ``bounds`` (west, south, east, north in degrees)."""
    west, south, east, north = info.extent
    return (
        west - MARGIN_DEGREES <= bounds[0]
        and south - MARGIN_DEGREES <= bounds[1]
        and bounds[2] <= east + MARGIN_DEGREES
        and bounds[3] <= north + MARGIN_DEGREES
    )


def networks(directory: Path) -> Iterator[tuple[Path, RoadInfo]]:
    """Every road network of a folder, by name."""
    for path in sorted(directory.glob("*.parquet")):
        try:
            yield path, read_info(path)
        except InputError:
            # Any other table may lie in these folders.
            continue


def find_roads(
    region_directory: str | Path | None, bounds: Bounds, *, data_directory: Path | None = None
) -> Path | None:
    """Path of the roads file that covers ``bounds``, None if there is none.

    The region's own folder comes first, then the user's (``user_roads_directory`` unless
    ``data_directory`` is given); in a folder the newest data, and of equal date the smallest extent, wins.

    Parameters
    ----------
    region_directory : str | Path | None
        Folder of the region; ``None`` for none.
    bounds : Bounds
        West, south, east, north of the region's places in degrees.
    data_directory : Path | None
        In place of the user's folder.
    """
    for directory in (region_directory, data_directory or user_roads_directory()):
        if directory is None:
            continue
        fitting = [(path, info) for path, info in networks(Path(directory)) if covers(info, bounds)]
        if fitting:
            return max(fitting, key=lambda found: (found[1].date or "", -_area(found[1].extent)))[0]
    return None


def _area(extent: Bounds) -> float:
    return (extent[2] - extent[0]) * (extent[3] - extent[1])
