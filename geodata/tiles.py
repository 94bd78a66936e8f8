"""Vector tiles of a project's parcels: one PMTiles archive for each version of its geometry.

freestiler draws the archive. It holds the interpreter's lock while it works and takes no callback, so this module
is also a program of its own (``python -m geodata.tiles``, a job as JSON on standard input), started by
:mod:`geodata.tile_builds` and read line by line. The child opens the store by its address, through the store's own
engine: nothing else may open that file.

Layers: ``parcels`` (polygons; ``id`` integer, ``sheet`` and ``number`` text) on every zoom level, none dropped, and
``labels`` (one point for each parcel; ``id``, ``sheet``, ``number`` and ``label`` = ``sheet/number``) from
:data:`LABELS_FROM` on. Tiles are Mapbox Vector Tiles, gzip-compressed.
"""

from __future__ import annotations

import json
import math
import mmap
import os
import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pmtiles.tile import Compression, deserialize_directory, deserialize_header, zxy_to_tileid

from geodata.errors import MatbangError, ProjectEmpty
from geodata.records import Parcel

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ZOOM: Final = 16
"""Finest zoom of the data: a step of 0.15 m on the ground at 11° N. The browser magnifies it further."""
MIN_ZOOM: Final = 10
"""Coarsest zoom of an ordinary project; one that is wider begins earlier."""
LABELS_FROM: Final = 14
"""Zoom from which parcels are large enough for a number."""
NICENESS: Final = 10
"""How far the child steps back behind the pages."""
PARCELS_LAYER: Final = "parcels"
LABELS_LAYER: Final = "labels"
HEADER_BYTES: Final = 127

Report = Callable[[str, int], None]
"""Takes the stage (``reading``, ``preparing``, ``writing``) and the percentage done."""


class GeometryMoved(Exception):
    """The project's geometry changed while it was read: these tiles are not wanted any more."""


@dataclass(frozen=True, slots=True)
class TileJob:
    """What a child is asked to draw."""

    store_url: str
    project_code: str
    version: int
    """The geometry version that the archive is named after."""
    output: str

    def to_json(self) -> str:
        """Return the job as one line."""
        return json.dumps(asdict(self))


def archive_path(home: Path, store_identity: str, project_id: int, version: int) -> Path:
    """Return where the archive of a project's geometry version belongs."""
    return home / "tiles" / store_identity / f"{project_id}-{version}.pmtiles"


def zoom_range(west: float, south: float, east: float, north: float) -> tuple[int, int]:
    """Return the coarsest and finest zoom level for an extent in WGS 84 degrees.

    The coarsest shows the whole extent in about one tile, so a project as wide as the country can be seen whole.
    """
    span = max(east - west, (north - south) / math.cos(math.radians((north + south) / 2)), 1e-9)
    return max(0, min(MIN_ZOOM, math.floor(math.log2(360 / span)) - 1)), MAX_ZOOM


def draw(parcels: Sequence[Parcel], output: Path, report: Report) -> None:
    """Write the archive of some parcels to ``output``, in this process.

    Parameters
    ----------
    parcels
        Parcels with geometry in WGS 84, at least one.
    output
        File to write; it is not complete until this returns.
    report
        Told of each stage that begins; the zoom levels are told by freestiler itself, on standard error.
    """
    import geopandas
    import shapely
    from freestiler import freestile, freestile_layer

    report("preparing", 30)
    columns: dict[str, list[Any]] = {
        "id": [parcel.id for parcel in parcels],
        "sheet": [parcel.key.sheet for parcel in parcels],
        "number": [parcel.key.number for parcel in parcels],
    }
    shapes = [parcel.geometry for parcel in parcels]
    areas = geopandas.GeoDataFrame(columns, geometry=shapes, crs=4326)
    text = [f"{parcel.key.sheet}/{parcel.key.number}" for parcel in parcels]
    points = geopandas.GeoDataFrame(
        {**columns, "label": text}, geometry=[parcel.label_point for parcel in parcels], crs=4326
    )
    coarsest, finest = zoom_range(*shapely.total_bounds(shapes))
    freestile(
        {PARCELS_LAYER: areas, LABELS_LAYER: freestile_layer(points, min_zoom=LABELS_FROM)},
        output,
        min_zoom=coarsest,
        max_zoom=finest,
    )
    report("writing", 97)


def run(job: TileJob, report: Report) -> None:
    """Read the project, draw it beside its place and move it there when it is whole.

    Raises
    ------
    GeometryMoved
        The project has another geometry version than the job.
    ProjectEmpty
        It has no parcels.
    """
    report("reading", 1)
    parcels = _read(job)
    output = Path(job.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    part = output.with_name(f"{output.stem}.{os.getpid()}.part.pmtiles")
    try:
        draw(parcels, part, report)
        _sync(part)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


def _read(job: TileJob) -> Sequence[Parcel]:
    from geodata.store import SystemClock, open_store

    store = open_store(job.store_url, SystemClock())
    try:
        parcels = store.parcels(store.project(job.project_code).id)
        # Asked after reading: an import in between would give parcels of a version that the name does not tell.
        if store.project(job.project_code).geometry_version != job.version:
            raise GeometryMoved
    finally:
        store.close()
    if not parcels:
        raise ProjectEmpty(job.project_code)
    return parcels


def _sync(path: Path) -> None:
    """Have the disk keep the bytes before the name: a power cut must not leave a named, empty archive."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


class TileArchive:
    """Reads one finished archive. Thread-safe: the file is mapped, its directory is kept in memory.

    Raises
    ------
    ValueError
        The file is no such archive.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            self._header = deserialize_header(self._bytes[:HEADER_BYTES])
            self._entries = list(self._directory(self._header["root_offset"], self._header["root_length"]))
        except Exception as failure:  # whatever the reader stumbles on, the file is not an archive
            raise ValueError(f"{path.name} is not a tile archive") from failure
        self._first_ids = [entry.tile_id for entry in self._entries]
        self.min_zoom: int = self._header["min_zoom"]
        self.max_zoom: int = self._header["max_zoom"]

    @property
    def gzipped(self) -> bool:
        """Whether :meth:`tile` returns gzip-compressed bytes."""
        return bool(self._header["tile_compression"] == Compression.GZIP)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return one tile as stored, None where nothing is drawn."""
        if not self.min_zoom <= z <= self.max_zoom or not (0 <= x < 2**z and 0 <= y < 2**z):
            return None
        tile_id = zxy_to_tileid(z, x, y)
        place = bisect_right(self._first_ids, tile_id) - 1
        if place < 0:
            return None
        entry = self._entries[place]
        if tile_id >= entry.tile_id + entry.run_length:
            return None
        start = self._header["tile_data_offset"] + entry.offset
        return bytes(self._bytes[start : start + entry.length])

    def _directory(self, offset: int, length: int) -> Iterator[Any]:
        """Yield the entries of a directory and of those below it, in order of tile id."""
        for entry in deserialize_directory(self._bytes[offset : offset + length]):
            if entry.run_length > 0:
                yield entry
            else:
                yield from self._directory(self._header["leaf_directory_offset"] + entry.offset, entry.length)


def _say(**line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Draw the job on standard input; tell progress, and at the end a failure, as JSON lines."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    job = TileJob(**json.loads(sys.stdin.readline()))
    try:
        run(job, lambda stage, percent: _say(stage=stage, percent=percent))
    except GeometryMoved:
        _say(failure="moved")
        return 3
    except (MatbangError, OSError, MemoryError) as failure:
        _say(failure=type(failure).__name__, errno=getattr(failure, "errno", None))
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
