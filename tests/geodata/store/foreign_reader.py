"""A program of its own that reads the live store with GDAL: ``python foreign_reader.py fiona|pyogrio FILE``.

Reads a bounding box per line of standard input and answers each with one line of JSON; ends with the input.
With ``--always`` it opens, reads and closes the file again and again until its input ends, then tells how often.
"""

from __future__ import annotations

import json
import select
import sqlite3
import sys
from pathlib import Path


def read_fiona(path: str, box: tuple[float, float, float, float]) -> list[int]:
    import fiona

    with fiona.open(path, layer="parcel") as layer:
        return sorted(int(each["id"]) for each in layer.filter(bbox=box))


def read_pyogrio(path: str, box: tuple[float, float, float, float]) -> list[int]:
    from pyogrio.raw import read

    _, ids, _, _ = read(path, layer="parcel", bbox=box, return_fids=True, columns=[])
    return sorted(int(each) for each in ids)


def read_tree(path: str, box: tuple[float, float, float, float]) -> list[int]:
    """Ask the R-tree itself, in this program; it stands in the file as a table."""
    west, south, east, north = box
    connection = sqlite3.connect(f"{Path(path).as_uri()}?mode=ro", uri=True)
    rows = connection.execute(
        "SELECT id FROM rtree_parcel_geometry WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?",
        (west, east, south, north),
    ).fetchall()
    connection.close()
    return sorted(row[0] for row in rows)


def read_always(read, path: str) -> dict[str, object]:
    reads, failures = 0, []
    while not select.select([sys.stdin], [], [], 0.01)[0]:
        try:
            assert len(read(path, (-180, -90, 180, 90))) >= 20
            reads += 1
        except Exception as failure:
            failures.append(repr(failure))
    return {"reads": reads, "failures": failures}


def main() -> None:
    library, path = sys.argv[1:3]
    readers = {"fiona": read_fiona, "pyogrio": read_pyogrio}
    if "--always" in sys.argv:
        readers[library](path, (0, 0, 1, 1))
        print(json.dumps("ready"), flush=True)
        print(json.dumps(read_always(readers[library], path)), flush=True)
        return
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        box = tuple(json.loads(line))
        found = readers[library](path, box)
        print(json.dumps({"found": found, "tree": read_tree(path, box)}), flush=True)


if __name__ == "__main__":
    main()
