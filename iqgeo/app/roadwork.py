"""Roads for the region on screen: those on this server by name, and an extract that is fetched and built.

One build at a time for all tabs: it needs a core and a gigabyte. No streamlit.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from iqgeo.app.services import OwnData, UsedFile
from iqgeo.errors import InputError, Problem
from iqgeo.region import Region
from iqgeo.scenario.written import checksum

if TYPE_CHECKING:
    from iqgeo.distances.roads.network import RoadInfo
    from iqgeo.distances.roads.online import Extract
    from iqgeo.distances.roads.progress import Progress

MOST_VERTICES: Final = 20_000_000
"""A network larger than a state's is no matter for a page that others wait for."""

_STARTING: Final = threading.Lock()


class RoadWork:
    """Roads being fetched and built, in a thread of its own."""

    def __init__(self, name: str, work: "Callable[[Callable[[Progress], None]], Path]") -> None:
        self.name = name
        self.progress: Progress | None = None
        self.path: Path | None = None
        self.problem: InputError | None = None
        self.fault: Exception | None = None
        self._work = work
        self._thread = threading.Thread(target=self._run, name="iqgeo-roads", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the work goes on."""
        return self._thread.is_alive()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the work is done."""
        self._thread.join(seconds)

    def _note(self, progress: "Progress") -> None:
        self.progress = progress

    def _run(self) -> None:
        try:
            self.path = self._work(self._note)
        except InputError as error:
            self.problem = error.kept()
        except Exception as error:  # noqa: BLE001 -- a thread's error would be lost: the page shows it
            self.fault = error


_WORK: Final[list[RoadWork]] = []


def current() -> RoadWork | None:
    """The work that was started last, done or not."""
    return _WORK[-1] if _WORK else None


def offered(name: str) -> "Extract | None":
    """The extract that is offered online for a place; goes online.

    Raises
    ------
    InputError
        If there is no network, or the name means several.
    """
    from iqgeo.distances.roads.online import offered_extract

    return offered_extract(name)


def start(name: str) -> RoadWork:
    """Fetch and build the roads of a place; what is under way already is handed back."""
    with _STARTING:
        running = current()
        if running is not None and running.running:
            return running
        work = RoadWork(name, lambda progress: _built(name, progress))
        _WORK[:] = [work]
        return work


def _built(name: str, progress: "Callable[[Progress], None]") -> Path:
    from iqgeo.distances.roads import build_and_tell, user_roads_directory
    from iqgeo.safe.clean import file_name

    network, _ = build_and_tell(name, online=True, progress=progress)
    path = user_roads_directory() / f"{file_name(name)}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    network.save(path)
    return path


def known(region: Region) -> "list[tuple[Path, RoadInfo]]":
    """The road networks in the server's folder that cover a region, by name."""
    from iqgeo.distances.roads import covers, user_roads_directory
    from iqgeo.distances.roads.find import networks

    folder = user_roads_directory()
    found = networks(folder) if folder.is_dir() else iter(())
    return [(path, info) for path, info in found if covers(info, region.bounds)]


def opened(own: OwnData, path: Path, info: "RoadInfo") -> OwnData:
    """The user's data with a network of the server's folder.

    Raises
    ------
    InputError
        If it is larger than :data:`MOST_VERTICES`.
    """
    if info.vertices_kept > MOST_VERTICES:
        details = {"count": info.vertices_kept, "limit": MOST_VERTICES}
        raise InputError(Problem("roads_too_large", path.name, details=details))
    file = UsedFile("roads", path.name, info.vertices_kept, checksum(path))
    others = tuple(it for it in own.files if it.kind != "roads")
    return replace(own, roads=path, files=(*others, file))
