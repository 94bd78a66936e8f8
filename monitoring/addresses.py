"""How people write a parcel at the terminal: ``[COMMUNE/]SHEET/NUMBER``."""

from __future__ import annotations

from geodata.errors import UnknownParcel
from geodata.records import ParcelKey


def parse_parcel_address(text: str, project: str = "") -> ParcelKey:
    """Return the key; without a commune its code is "". Raises UnknownParcel for what is no address.

    Spaces around the parts do not matter. A parcel whose number holds a slash is written with its commune.
    """
    parts = [part.strip() for part in text.split("/", 2)]
    if not 2 <= len(parts) <= 3 or not all(parts):
        raise UnknownParcel(project, text)
    commune_code, sheet, number = parts if len(parts) == 3 else ("", *parts)
    return ParcelKey(commune_code, sheet, number)


def parcel_address(key: ParcelKey) -> str:
    """Return the key as people write it."""
    return "/".join(filter(None, (key.commune_code, key.sheet, key.number)))
