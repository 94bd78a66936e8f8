"""Safe opening of zipped Shapefiles: nothing leaves its folder, nothing grows beyond its limit.

Only the parts of one Shapefile are unpacked, under names of our own, into a folder that the caller gives and
throws away. What a zip says about itself is checked first, so that a bomb is refused without unpacking a
byte; what really comes out is counted while it is copied.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from geodata.errors import (
    ArchiveBroken,
    ArchiveCrowded,
    ArchivePathEscapes,
    ArchiveTooLarge,
    FormatUnknown,
    LayerAmbiguous,
    LayerUnknown,
    PartMissing,
)

_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NEEDED: Final = (".shx", ".dbf")
_BLOCK: Final = 1 << 20
_ENCRYPTED: Final = 0x1


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much an archive may unpack to."""

    unpacked_bytes: int = 1 << 30
    """No archive may unpack to more: 100,000 parcels need about a tenth."""
    ratio: int = 200
    """Nor to more than this many times its own size; geometry packs about 3:1, padded tables up to 100:1."""
    free_bytes: int = 64 << 20
    """Up to here the ratio does not matter."""
    members: int = 2_000

    def for_archive(self, size: int) -> int:
        """Return the limit, in bytes, for an archive of this size."""
        return min(self.unpacked_bytes, max(self.free_bytes, size * self.ratio))


def unpack_shapefile(
    archive: Path, folder: Path, *, file: str, layer: str | None = None, limits: ArchiveLimits | None = None
) -> Path:
    """Copy the parts of one Shapefile out of a zip and return the path of its .shp.

    Parameters
    ----------
    archive
        The zip.
    folder
        An empty folder; the parts are named after the Shapefile's stem, cleaned of all but harmless characters.
    file
        The archive's name as the person knows it, for errors.
    layer
        Name of the Shapefile where the zip holds several.

    Raises
    ------
    ArchiveBroken
        Not a zip, damaged, or encrypted.
    ArchivePathEscapes, ArchiveTooLarge, ArchiveCrowded
        The zip is hostile or far too large; nothing of it is kept.
    FormatUnknown
        A zip without a Shapefile.
    LayerAmbiguous, LayerUnknown
        Several Shapefiles and none named; none of this name.
    PartMissing
        No .shx or no .dbf.
    """
    limits = limits or ArchiveLimits()
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _checked(opened.infolist(), file, limits.for_archive(archive.stat().st_size), limits.members)
            parts = _parts_of_one(members, file, layer)
            return _copied(opened, parts, folder, file, limits.for_archive(archive.stat().st_size))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, ValueError) as fault:
        raise ArchiveBroken(file) from fault
    except RuntimeError as fault:  # zipfile's answer to an encrypted member
        raise ArchiveBroken(file) from fault


def require_parts(shapefile: Path, *, file: str) -> Path:
    """Return the .shp of a Shapefile that lies open in a folder.

    Raises
    ------
    PartMissing
        No .shx or no .dbf beside it, in small or capital letters.
    """
    there = {path.suffix.lower() for path in shapefile.parent.glob("*") if path.stem == shapefile.stem}
    for part in _NEEDED:
        if part not in there:
            raise PartMissing(file, part)
    return shapefile


def _checked(members: Sequence[zipfile.ZipInfo], file: str, limit: int, most: int) -> list[zipfile.ZipInfo]:
    if len(members) > most:
        raise ArchiveCrowded(file, len(members), most)
    for member in members:
        if _escapes(member):
            raise ArchivePathEscapes(file, member.filename)
    declared = sum(member.file_size for member in members)
    if declared > limit:
        raise ArchiveTooLarge(file, declared, limit)
    return [member for member in members if not member.is_dir()]


def _escapes(member: zipfile.ZipInfo) -> bool:
    """Return whether a path is absolute, has a drive, climbs, or is a link to somewhere else."""
    name = member.filename.replace("\\", "/")
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or ":" in name or stat.S_ISLNK(member.external_attr >> 16)


def _parts_of_one(members: Sequence[zipfile.ZipInfo], file: str, layer: str | None) -> Mapping[str, zipfile.ZipInfo]:
    shapefiles = _shapefiles(members)
    if not shapefiles:
        raise FormatUnknown(file)
    names = tuple(PurePosixPath(stem).name for stem in shapefiles)
    if layer is not None and layer not in names:
        raise LayerUnknown(file, layer, names)
    stems = [stem for stem, name in zip(shapefiles, names, strict=True) if layer in {None, name}]
    if len(stems) > 1:
        raise LayerAmbiguous(file, names)
    parts = shapefiles[stems[0]]
    for part in (".shp", *_NEEDED):
        if part not in parts:
            raise PartMissing(file, part)
    return parts


def _shapefiles(members: Sequence[zipfile.ZipInfo]) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """Group parts by their path without ending; a group without .shp counts only if it has its .shx or .dbf."""
    groups: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.suffix.lower() in _PARTS and not _is_litter(path):
            groups.setdefault(str(path.with_suffix("")), {})[path.suffix.lower()] = member
    whole = {stem: parts for stem, parts in groups.items() if ".shp" in parts}
    return whole or {stem: parts for stem, parts in groups.items() if ".shx" in parts}


def _is_litter(path: PurePosixPath) -> bool:
    """Return whether a member is what macOS leaves beside each file."""
    return "__MACOSX" in path.parts or path.name.startswith("._")


def _copied(opened: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo], folder: Path, file: str, limit: int) -> Path:
    stem = _harmless(PurePosixPath(parts[".shp"].filename.replace("\\", "/")).stem)
    left = limit
    for ending, member in parts.items():
        if member.flag_bits & _ENCRYPTED:
            raise ArchiveBroken(file)
        with opened.open(member) as packed, (folder / f"{stem}{ending}").open("wb") as unpacked:
            for block in _blocks(packed):
                left -= len(block)
                if left < 0:
                    raise ArchiveTooLarge(file, limit - left, limit)
                unpacked.write(block)
    return folder / f"{stem}.shp"


def _blocks(packed: IO[bytes]) -> Iterator[bytes]:
    while block := packed.read(_BLOCK):
        yield block


def _harmless(stem: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_ " else "_" for letter in stem)[:100] or "layer"
