"""Browser files: an explicit list, addresses that name their content."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geodata.errors import BrowserLibrariesMissing
from layers.assets import ASSETS, LIBRARIES, Assets, asset_url
from tests.service.ground import Caller


@pytest.fixture
def own(tmp_path: Path) -> Assets:
    for name in LIBRARIES.values():
        path = tmp_path / "node_modules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"/* {name} */")
    browser = tmp_path / "browser"
    browser.mkdir()
    (browser / "map.js").write_text('import "./parcels.js";')
    (browser / "parcels.js").write_text("export {};")
    (browser / "notes.txt").write_text("not served")
    return Assets(tmp_path / "node_modules", browser)


def test_files_of_a_group_share_the_address_that_names_their_content(own: Assets):
    first, second = own.url("browser/map.js"), own.url("browser/parcels.js")
    assert re.fullmatch(r"/assets/[0-9a-f]{16}/browser/map\.js", first)
    assert first.rsplit("/", 1)[0] == second.rsplit("/", 1)[0]


def test_a_changed_neighbour_changes_the_address_of_the_whole_group(own: Assets, tmp_path: Path):
    before = own.url("browser/map.js")
    (tmp_path / "browser" / "parcels.js").write_text("export const more = 1;")
    assert own.url("browser/map.js") != before
    assert own.url("leaflet/leaflet.js") == own.url("leaflet/leaflet.js")


def test_only_listed_files_are_served(own: Assets):
    assert own.get("browser/notes.txt") is None
    assert own.get("browser/../browser/map.js") is None
    assert own.get("leaflet/leaflet-src.js") is None
    with pytest.raises(KeyError):
        own.url("leaflet/leaflet-src.js")


def test_missing_libraries_are_named(tmp_path: Path):
    bare = Assets(tmp_path / "node_modules", tmp_path / "browser")
    assert set(bare.missing()) == set(LIBRARIES.values())
    with pytest.raises(BrowserLibrariesMissing) as refused:
        bare.url("leaflet/leaflet.js")
    assert "leaflet/dist/leaflet.js" in refused.value.missing


def test_every_neighbour_that_a_style_sheet_names_is_served_too():
    for sheet in (name for name in ASSETS.names() if name.endswith(".css")):
        found = ASSETS.get(sheet)
        assert found is not None
        folder = sheet.rsplit("/", 1)[0]
        for url in re.findall(r"url\(['\"]?([^)'\"]+)", found.content.decode()):
            # .woff stands after the .woff2 that every browser takes; the legacy behaviour is Internet Explorer's
            if not url.startswith(("data:", "#")) and not url.endswith(".woff"):
                assert ASSETS.get(f"{folder}/{url.removeprefix('./')}") is not None, (sheet, url)


def test_an_address_with_its_hash_is_kept_for_ever(client: Caller):
    answer = client.get(asset_url("leaflet/leaflet.js"))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_an_address_without_its_hash_or_with_an_older_one_is_asked_for_again(client: Caller):
    for address in ("/assets/leaflet/leaflet.css", "/assets/0123456789abcdef/leaflet/leaflet.css"):
        answer = client.get(address)
        assert answer.headers["cache-control"] == "no-cache"
        again = client.get(address, if_none_match=answer.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["x.js", "browser/../assets.py", "browser/%2e%2e/assets.py", "leaflet/package.json", "..%2f..%2fsettings.py", ""],
)
def test_nothing_else_of_the_disk_can_be_had(client: Caller, path: str):
    assert client.get(f"/assets/{path}").status_code == 404
