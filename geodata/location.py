"""Which commune a surveyed parcel belongs to, when the file does not say it or says it as before 2025-07-01."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from geodata import shipped

_GAP_DEGREES: Final = 0.0006
"""Gaps that simplification to 30 m leaves between two communes; the nearest one answers there."""


def communes_at(points: npt.NDArray[np.object_]) -> list[str]:
    """Return the code of the commune at each WGS 84 point, "" outside of the shipped communes."""
    codes, tree = _tree()
    found = [""] * len(points)
    _note(found, np.arange(len(points)), tree.query(points, predicate="intersects"), codes)
    outside = np.array([at for at, code in enumerate(found) if not code], int)
    _note(found, outside, tree.query(points[outside], predicate="dwithin", distance=_GAP_DEGREES), codes)
    return found


def _note(found: list[str], rows: npt.NDArray[np.int_], hits: npt.NDArray[np.int_], codes: Sequence[str]) -> None:
    """Write down the first commune that each row was found in."""
    for at, unit in zip(rows[hits[0]][::-1].tolist(), hits[1][::-1].tolist(), strict=True):
        found[at] = codes[unit]


def by_sheet(sheets: Sequence[str], numbers: Sequence[str], located: Sequence[str]) -> list[str]:
    """Return each parcel's commune, given where each lies.

    A map sheet belongs to one commune, and a shipped boundary is only good to 30 m: where the numbers of a sheet
    are distinct, the commune of most of its parcels is that of all. Where they repeat, two communes have a
    sheet of that number, and each parcel keeps the commune in which it lies.
    """
    rows: dict[str, list[int]] = defaultdict(list)
    for row, sheet in enumerate(sheets):
        rows[sheet].append(row)
    answer = list(located)
    for members in rows.values():
        if len({numbers[row] for row in members}) == len(members):
            votes = Counter(located[row] for row in members)
            most = max(votes, key=lambda code: (votes[code], code))
            for row in members:
                answer[row] = most
    return answer


def present_code(written: str) -> str:
    """Return the present commune of a code that a file gives, "" when it has none or more than one."""
    if shipped.commune(written) is not None:
        return written
    successors = _successors().get(written.zfill(5), frozenset())
    return next(iter(successors)) if len(successors) == 1 else ""


@cache
def _successors() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in shipped.crosswalk():
        found[row.old_commune_code].add(row.new_commune_code)
    return {code: frozenset(there) for code, there in found.items()}


@cache
def _tree() -> tuple[Sequence[str], Any]:
    units = [unit for unit in shipped.communes() if unit.geometry is not None]
    return [unit.code for unit in units], shapely.STRtree([unit.geometry for unit in units])
