"""A hostile zip is refused before it does anything, and quickly."""

from __future__ import annotations

import io
import stat
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.archive import ArchiveLimits, unpack_shapefile
from geodata.errors import (
    ArchiveBroken,
    ArchiveCrowded,
    ArchivePathEscapes,
    ArchiveTooLarge,
    FileFault,
    FormatUnknown,
    LayerAmbiguous,
    LayerUnknown,
    PartMissing,
)

GIGABYTE = 1 << 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    there = tmp_path / "unpacked"
    there.mkdir()
    return there


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def whole(stem: str = "thua") -> dict[str, bytes]:
    return {f"{stem}{ending}": ending.encode() for ending in (".shp", ".shx", ".dbf", ".prj")}


def bomb(path: Path, size: int) -> Path:
    """Write a zip of one member of so many zeros without ever holding them: one packed block, again and again."""
    block = bytes(16 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    once = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("thua.shp", once * (size // len(block)) + b"\x03\x00")
        packed = archive.filelist[0]  # stored as it is, and then said to be packed
        packed.compress_type, packed.file_size = zipfile.ZIP_DEFLATED, size
        for ending in (".shx", ".dbf", ".prj"):
            archive.writestr(f"thua{ending}", b"x")
    return path


def lying(path: Path, declared: int) -> Path:
    """Change what the zip says of its first member's size, in both places."""
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, 22, declared)
    central = raw.index(b"PK\x01\x02")
    struct.pack_into("<I", raw, central + 24, declared)
    path.write_bytes(raw)
    return path


def test_the_parts_of_a_shapefile_come_out_and_nothing_else(tmp_path: Path, folder: Path) -> None:
    members = {**whole("ban do/thửa đất"), "readme.txt": b"x", "__MACOSX/ban do/._thửa đất.shp": b"x"}
    found = unpack_shapefile(packed(tmp_path / "a.zip", members), folder, file="a.zip")
    assert found.read_bytes() == b".shp"
    assert sorted(path.suffix for path in folder.iterdir()) == [".dbf", ".prj", ".shp", ".shx"]


def test_endings_in_capitals_are_known(tmp_path: Path, folder: Path) -> None:
    members = {name.upper(): content for name, content in whole().items()}
    assert unpack_shapefile(packed(tmp_path / "a.zip", members), folder, file="a.zip").name == "THUA.shp"


@pytest.mark.parametrize(
    "member", ["../thua.shp", "a/../../thua.shp", "/etc/thua.shp", "C:\\thua.shp", "..\\thua.shp", "\\\\host\\thua.shp"]
)
def test_a_path_that_climbs_out_is_refused_and_nothing_is_unpacked(member: str, tmp_path: Path, folder: Path) -> None:
    archive = packed(tmp_path / "a.zip", {**whole(), member: b"x"})
    with pytest.raises(ArchivePathEscapes) as refusal:
        unpack_shapefile(archive, folder, file="ban-do.zip")
    assert (refusal.value.file, refusal.value.member.replace("/", "\\")) == ("ban-do.zip", member.replace("/", "\\"))
    assert list(folder.iterdir()) == []


def test_a_link_is_refused(tmp_path: Path, folder: Path) -> None:
    archive = packed(tmp_path / "a.zip", whole())
    with zipfile.ZipFile(archive, "a") as opened:
        link = zipfile.ZipInfo("link.dbf")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(link, "/etc/passwd")
    with pytest.raises(ArchivePathEscapes):
        unpack_shapefile(archive, folder, file="a.zip")


def test_a_bomb_of_five_gigabytes_is_refused_at_once(tmp_path: Path, folder: Path) -> None:
    archive = bomb(tmp_path / "bomb.zip", 5 * GIGABYTE)
    assert archive.stat().st_size < 50 << 20
    began = time.process_time()
    with pytest.raises(ArchiveTooLarge) as refusal:
        unpack_shapefile(archive, folder, file="bomb.zip")
    assert time.process_time() - began < 1
    assert refusal.value.unpacked_bytes >= 5 * GIGABYTE
    assert refusal.value.limit_bytes <= GIGABYTE
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("declared", [10, 1000])
def test_a_bomb_that_lies_about_its_size_never_unpacks_beyond_what_it_says(
    declared: int, tmp_path: Path, folder: Path
) -> None:
    archive = lying(bomb(tmp_path / "bomb.zip", 512 << 20), declared)
    began = time.process_time()
    with pytest.raises((ArchiveBroken, ArchiveTooLarge)):
        unpack_shapefile(archive, folder, file="bomb.zip")
    assert time.process_time() - began < 2
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 1 << 20


def test_what_is_unpacked_is_counted_whatever_was_declared(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = packed(tmp_path / "a.zip", {**whole(), "thua.dbf": bytes(5 << 20)})
    monkeypatch.setattr("geodata.archive._checked", lambda members, *_: members)
    with pytest.raises(ArchiveTooLarge):
        unpack_shapefile(archive, folder, file="a.zip", limits=ArchiveLimits(unpacked_bytes=1 << 20))
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 2 << 20


def test_a_file_that_packs_too_well_is_refused(tmp_path: Path, folder: Path) -> None:
    archive = packed(tmp_path / "a.zip", {**whole(), "thua.dbf": bytes(70 << 20)})
    with pytest.raises(ArchiveTooLarge):
        unpack_shapefile(archive, folder, file="a.zip")


def test_too_many_members_are_refused(tmp_path: Path, folder: Path) -> None:
    archive = packed(tmp_path / "a.zip", {**whole(), **{f"{at}.txt": b"" for at in range(2000)}})
    with pytest.raises(ArchiveCrowded) as refusal:
        unpack_shapefile(archive, folder, file="a.zip")
    assert (refusal.value.members, refusal.value.limit) == (2004, 2000)


def test_a_zip_inside_the_zip_is_not_opened(tmp_path: Path, folder: Path) -> None:
    inner = packed(tmp_path / "inner.zip", whole()).read_bytes()
    with pytest.raises(FormatUnknown):
        unpack_shapefile(packed(tmp_path / "a.zip", {"inner.zip": inner}), folder, file="a.zip")


@pytest.mark.parametrize("content", [b"sheet;number\n1;2\n", b"PK", b"PK\x05\x06", b"\x00" * 5000])
def test_what_is_only_named_zip_is_refused(content: bytes, tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(ArchiveBroken) as refusal:
        unpack_shapefile(path, folder, file="a.zip")
    assert refusal.value.file == "a.zip"


def test_an_encrypted_zip_is_refused(tmp_path: Path, folder: Path) -> None:
    archive = packed(tmp_path / "a.zip", whole())
    raw = bytearray(archive.read_bytes())
    at = -1
    while (at := raw.find(b"PK\x01\x02", at + 1)) >= 0:
        raw[at + 8] |= 1
    archive.write_bytes(raw)
    with pytest.raises(ArchiveBroken):
        unpack_shapefile(archive, folder, file="a.zip")


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
def test_a_missing_part_is_named(part: str, tmp_path: Path, folder: Path) -> None:
    members = {name: content for name, content in whole().items() if not name.endswith(part)}
    with pytest.raises(PartMissing) as refusal:
        unpack_shapefile(packed(tmp_path / "a.zip", members), folder, file="a.zip")
    assert refusal.value.part == part


def test_one_of_several_shapefiles_must_be_named(tmp_path: Path, folder: Path) -> None:
    archive = packed(tmp_path / "a.zip", {**whole("to 12"), **whole("to 13")})
    with pytest.raises(LayerAmbiguous) as refusal:
        unpack_shapefile(archive, folder, file="a.zip")
    assert refusal.value.layers == ("to 12", "to 13")
    with pytest.raises(LayerUnknown):
        unpack_shapefile(archive, folder, file="a.zip", layer="to 14")
    assert unpack_shapefile(archive, folder, file="a.zip", layer="to 13").stem == "to 13"


def _shuffled(raw: bytes, changes: list[tuple[int, int]]) -> bytes:
    changed = bytearray(raw)
    for at, byte in changes:
        changed[at % len(changed)] = byte
    return bytes(changed)


@given(changes=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=12), cut=st.integers(0, 1200))
def test_a_damaged_zip_is_unpacked_or_refused(
    changes: list[tuple[int, int]], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole().items():
            archive.writestr(name, content * 20)
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "a.zip"
    path.write_bytes(_shuffled(buffer.getvalue(), changes)[: max(1, len(buffer.getvalue()) - cut)])
    (folder / "out").mkdir()
    try:
        unpack_shapefile(path, folder / "out", file="a.zip")
    except FileFault as refusal:
        assert refusal.file == "a.zip"
