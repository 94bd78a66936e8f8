"""The little of a .dbf and .shp file that GDAL does not tell: raw text, and whether the file is whole."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ENOUGH: Final = 4_000
_BLOCK_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class DbfHeader:
    """What stands at the head of a .dbf file."""

    rows: int
    header_bytes: int
    row_bytes: int
    text_fields: tuple[tuple[int, int], ...]
    """Offset and width, in bytes, of each text field within a row."""


def read_header(table: Path) -> DbfHeader:
    """Return the head of a .dbf file.

    Raises
    ------
    ValueError
        It does not hold together.
    """
    with table.open("rb") as opened:
        head = opened.read(32)
        if len(head) < 32:
            raise ValueError("shorter than its head")
        rows, header_bytes, row_bytes = struct.unpack("<IHH", head[4:12])
        descriptors = opened.read(max(0, header_bytes - 32))
    offset, text_fields = 1, []
    for at in range(0, len(descriptors) - 31, 32):
        if descriptors[at] == 0x0D:
            break
        kind, width = descriptors[at + 11 : at + 12], descriptors[at + 16]
        if kind == b"C":
            width += descriptors[at + 17] << 8
            text_fields.append((offset, width))
        offset += width
    if row_bytes < offset:
        raise ValueError("rows shorter than their fields")
    return DbfHeader(rows, header_bytes, row_bytes, tuple(text_fields))


def text_samples(table: Path, most: int = _ENOUGH) -> Iterator[bytes]:
    """Yield contents of text fields that go beyond ASCII, at most so many.

    Raises
    ------
    ValueError
        The head does not hold together.
    """
    header = read_header(table)
    found = 0
    with table.open("rb") as opened:
        opened.seek(header.header_bytes)
        while found < most and (block := opened.read(header.row_bytes * _BLOCK_ROWS)):
            for row in range(0, len(block), header.row_bytes):
                for offset, width in header.text_fields:
                    text = block[row + offset : row + offset + width].strip(b" \0")
                    if not text.isascii():
                        found += 1
                        yield text


def is_whole(shapefile: Path) -> bool:
    """Return whether .shp, .shx and .dbf have the length that their heads declare and speak of as many rows."""
    parts = {path.suffix.lower(): path for path in shapefile.parent.glob("*") if path.stem == shapefile.stem}
    try:
        header = read_header(parts[".dbf"])
    except ValueError:
        return False
    shapes = [_declared_bytes(parts[ending]) for ending in (".shp", ".shx")]
    sizes = [parts[ending].stat().st_size for ending in (".shp", ".shx")]
    table = header.header_bytes + header.rows * header.row_bytes
    return (
        all(100 <= declared <= size for declared, size in zip(shapes, sizes, strict=True))
        and table <= parts[".dbf"].stat().st_size
        and (shapes[1] - 100) // 8 == header.rows
    )


def _declared_bytes(path: Path) -> int:
    """Return the length that stands in the head of a .shp or .shx file, 0 if it has no such head."""
    with path.open("rb") as opened:
        head = opened.read(100)
    if len(head) < 100 or struct.unpack(">i", head[:4])[0] != 9994:
        return 0
    return int(struct.unpack(">i", head[24:28])[0]) * 2
