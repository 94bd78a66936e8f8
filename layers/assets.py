"""What the browser is given: our own modules and the few library files that the map needs, by an explicit list.

Files come in groups. A group's address carries a hash over all its files (``/assets/<hash>/leaflet/leaflet.css``),
so it can be cached for ever, and an import or ``url()`` from one file to its neighbour stays inside the same hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geodata.errors import BrowserLibrariesMissing

ROOT: Final = Path(__file__).resolve().parents[1]
BROWSER: Final = Path(__file__).resolve().parent / "browser"
PREFIX: Final = "/assets"
HASH_LENGTH: Final = 16
OWN_GROUP: Final = "browser"
OWN_SUFFIXES: Final = frozenset({".js", ".css"})
MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
"""By our own table: the machine's may say something else, and a browser refuses a module of another type."""
_FONT: Final = "@fontsource/be-vietnam-pro"
_WEIGHTS: Final = (400, 500, 600, 700)
_SUBSETS: Final = ("vietnamese", "latin-ext", "latin")

LIBRARIES: Final[Mapping[str, str]] = {
    "leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    **{
        f"leaflet/images/{name}.png": f"leaflet/dist/images/{name}.png"
        for name in ("layers", "layers-2x", "marker-icon", "marker-icon-2x", "marker-shadow")
    },
    "protomaps-leaflet/protomaps-leaflet.js": "protomaps-leaflet/dist/protomaps-leaflet.js",
    **{f"fonts/be-vietnam-pro/{weight}.css": f"{_FONT}/{weight}.css" for weight in _WEIGHTS},
    **{
        f"fonts/be-vietnam-pro/files/{name}.woff2": f"{_FONT}/files/{name}.woff2"
        for weight in _WEIGHTS
        for name in (f"be-vietnam-pro-{subset}-{weight}-normal" for subset in _SUBSETS)
    },
}
"""Name in the address → file under ``node_modules``. Nothing else of a library is served."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    name: str
    content: bytes
    media_type: str
    group_hash: str
    digest: str
    """SHA-256 of the content, hexadecimal."""


class Assets:
    """The files of one folder of the project; read once, and again when one of them changes."""

    def __init__(self, libraries: Path = ROOT / "node_modules", own: Path = BROWSER) -> None:
        self._libraries, self._own = libraries, own
        self._groups: dict[str, tuple[tuple[object, ...], dict[str, Asset]]] = {}

    def names(self) -> frozenset[str]:
        """Return every name that is served."""
        own = self._own.iterdir() if self._own.is_dir() else ()
        return frozenset(LIBRARIES) | {
            f"{OWN_GROUP}/{path.name}" for path in own if path.suffix in OWN_SUFFIXES and path.is_file()
        }

    def missing(self) -> tuple[str, ...]:
        """Return the library files that are not there."""
        return tuple(file for file in LIBRARIES.values() if not (self._libraries / file).is_file())

    def get(self, name: str) -> Asset | None:
        """Return a file by its name, None when no such file is served; raises BrowserLibrariesMissing."""
        return self._group(_group_of(name)).get(name) if name in self.names() else None

    def url(self, name: str) -> str:
        """Return a file's address; raises KeyError for an unknown name and BrowserLibrariesMissing."""
        asset = self.get(name)
        if asset is None:
            raise KeyError(name)
        return f"{PREFIX}/{asset.group_hash}/{name}"

    def _group(self, group: str) -> dict[str, Asset]:
        files = {name: self._path(name) for name in sorted(self.names()) if _group_of(name) == group}
        missing = tuple(LIBRARIES[name] for name, path in files.items() if not path.is_file())
        if missing:
            raise BrowserLibrariesMissing(missing)
        stamp = tuple((name, path.stat().st_mtime_ns, path.stat().st_size) for name, path in files.items())
        known = self._groups.get(group)
        if known is None or known[0] != stamp:
            known = self._groups[group] = (stamp, _read(files))
        return known[1]

    def _path(self, name: str) -> Path:
        if name in LIBRARIES:
            return self._libraries / LIBRARIES[name]
        return self._own / name.removeprefix(f"{OWN_GROUP}/")


def _group_of(name: str) -> str:
    return name.partition("/")[0]


def _read(files: Mapping[str, Path]) -> dict[str, Asset]:
    contents = {name: path.read_bytes() for name, path in files.items()}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    whole = hashlib.sha256("\n".join(f"{name} {digest}" for name, digest in digests.items()).encode())
    group_hash = whole.hexdigest()[:HASH_LENGTH]
    return {
        name: Asset(name, content, MEDIA_TYPES[files[name].suffix], group_hash, digests[name])
        for name, content in contents.items()
    }


ASSETS: Final = Assets()
"""The project's own."""


def asset_url(name: str) -> str:
    """Return the address of a file of this installation, as :meth:`Assets.url`."""
    return ASSETS.url(name)
