"""Composes the one map view that screen and paper draw. Pure: no file, no clock, no store.

Colours come from :mod:`layers.palette`, figures from :mod:`monitoring.progress`; this module brings them together
and decides the order of drawing. The fingerprint is taken of the data drawn, not of the words: the same map in
Vietnamese and in English has the same one.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from geodata.records import LngLatBbox, Parcel, Project
from layers import palette
from layers.headline import headline
from layers.surroundings import (
    Surroundings,
    context_above,
    context_below,
    context_legend,
    credits_of,
    place_names,
    with_archipelagos,
)
from layers.view import Feature, HeadlineFigures, Layer, LegendEntry, MapView
from layers.words import Words
from monitoring.progress import Figures, StatusArray
from monitoring.stages import WITHDRAWN, Stages

PARCELS: Final = "parcels"
FIRST_CHOICE: Final = ("communes",)
"""Layers that are on before anyone chose."""
PADDING: Final = 0.06
"""Share of the project's extent that is added on each side."""
LEAST_DEGREES: Final = 0.0015
"""About 160 m: the least extent, so that a single parcel still has surroundings."""
MOST_FOR_SHEETS: Final = 10_000
"""Above this many parcels the outlines of map sheets are left out: nobody could tell them apart."""
_CLOSING_DEGREES: Final = 0.0001
"""About 11 m: gaps of this width between the parcels of one sheet (paths, ditches) are closed in its outline."""


def compose_map_view(
    project: Project,
    parcels: Sequence[Parcel],
    statuses: StatusArray,
    stages: Stages,
    around: Surroundings,
    words: Words,
    *,
    as_of_is_today: bool,
    known_at: datetime | None = None,
    extent: LngLatBbox | None = None,
    layers: Collection[str] = FIRST_CHOICE,
) -> MapView:
    """Return the map of a project at a moment.

    Parameters
    ----------
    project, parcels
        The project and its parcels, WGS 84.
    statuses
        Stage and obstacle of every parcel, the figures and the journal seq of that moment.
    stages
        The stages in order, with their labels.
    around
        What may be drawn around the project.
    words
        Language of titles and legend.
    as_of_is_today
        Whether the day of ``statuses`` is today.
    known_at
        Up to when the journal is taken into account; None for all of it.
    extent
        What is shown, in degrees; None for the whole project with a margin.
    layers
        Names of the layers that are switched on, of :data:`layers.surroundings.CHOICES`.
    """
    parcels = _known_to(statuses, parcels)
    shown = with_archipelagos(extent or project_extent(project, parcels, around), around.provinces)
    below = context_below(around, shown, layers, words)
    above = context_above(around, shown, layers, words)
    own = _own_layers(project, parcels, statuses, stages, words)
    drawn = [*below, *own, *above]
    figures = headline_figures(statuses.figures)
    legend = [*_legend(project, statuses, stages, words), *context_legend([*above, *below], words)]
    return MapView(
        project_code=project.code,
        title=_title(project, words),
        headline=figures,
        headline_text=headline(figures, words),
        layers=drawn,
        styles=dict(palette.STYLES),
        legend=legend,
        extent=shown,
        as_of=statuses.as_of,
        as_of_is_today=as_of_is_today,
        known_at=known_at,
        survey_epsg=project.survey_epsg,
        place_names=place_names(_commune_codes(project, parcels), around, words),
        illustrative=project.illustrative,
        sources=(*_own_sources(project, words), *credits_of(drawn, around.places, words)),
        language=words.language,
        fingerprint=_fingerprint(project, parcels, statuses, drawn),
        journal_seq=statuses.seq,
    )


def headline_figures(figures: Figures) -> HeadlineFigures:
    """Return the figures of the first line."""
    return HeadlineFigures(
        parcels=figures.parcels,
        parcels_handed_over=figures.parcels_handed_over,
        households=figures.households,
        households_handed_over=figures.households_handed_over,
        area_m2=figures.area_m2,
        area_handed_over_m2=figures.area_handed_over_m2,
        stuck=figures.stuck,
        area_partly_measured=figures.area_partly_measured,
    )


def _known_to(statuses: StatusArray, parcels: Sequence[Parcel]) -> Sequence[Parcel]:
    """Leave out what was imported after the statuses were read, so that picture and counts agree."""
    known = set(statuses.ids)
    return [parcel for parcel in parcels if parcel.id in known]


# ---- extent ------------------------------------------------------------------------------------


def project_extent(project: Project, parcels: Sequence[Parcel], around: Surroundings) -> LngLatBbox:
    """Return the extent of a project's parcels with a margin; of its commune, or of all, while it has none."""
    shapes: list[BaseGeometry] = [parcel.geometry for parcel in parcels]
    if not shapes:
        codes = {project.commune_code} & {unit.code for unit in around.communes}
        units = [unit for unit in around.communes if unit.code in codes] or around.communes
        shapes = [unit.geometry for unit in units if unit.geometry is not None]
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes))
    across = max((east - west) * PADDING, (LEAST_DEGREES - (east - west)) / 2)
    along = max((north - south) * PADDING, (LEAST_DEGREES - (north - south)) / 2)
    return LngLatBbox(west - across, south - along, east + across, north + along)


def _commune_codes(project: Project, parcels: Sequence[Parcel]) -> Sequence[str]:
    """Return the communes of the parcels, those with most parcels first; the project's own without any."""
    counts: dict[str, int] = defaultdict(int)
    for parcel in parcels:
        counts[parcel.key.commune_code] += 1
    known = sorted((code for code in counts if code), key=lambda code: (-counts[code], code))
    return known or [code for code in [project.commune_code] if code]


# ---- the project's own layers ------------------------------------------------------------------


def _own_layers(
    project: Project, parcels: Sequence[Parcel], statuses: StatusArray, stages: Stages, words: Words
) -> Iterator[Layer]:
    status_of = {key: stages.decode(code) for key, code in zip(statuses.ids, statuses.codes, strict=True)}
    yield Layer(PARCELS, words.text("Land parcels"), [_parcel(parcel, *status_of[parcel.id]) for parcel in parcels])
    if len(parcels) <= MOST_FOR_SHEETS:
        yield Layer(palette.SHEETS, words.text("Map sheets"), _sheets(parcels, words))
    if project.boundary is not None:
        boundary = Feature(id=project.code, geometry=project.boundary, style=palette.BOUNDARY)
        yield Layer(palette.BOUNDARY, words.text("Project boundary"), [boundary])


def _parcel(parcel: Parcel, stage: str, stuck: bool) -> Feature:
    style = palette.stage_key(stage, stuck=stuck)
    return Feature(id=str(parcel.id), geometry=parcel.geometry, style=style, label=parcel.key.number, stuck=stuck)


def _sheets(parcels: Sequence[Parcel], words: Words) -> Sequence[Feature]:
    """Return the outline of each map sheet; the number of a sheet counts inside one commune."""
    members: dict[tuple[str, str], list[BaseGeometry]] = defaultdict(list)
    for parcel in parcels:
        members[parcel.key.commune_code, parcel.key.sheet].append(parcel.geometry)
    return [
        Feature(
            id=f"{commune}/{sheet}",
            geometry=_outline(shapes),
            style=palette.SHEETS,
            label=words.text("Sheet {sheet}").format(sheet=sheet),
        )
        for (commune, sheet), shapes in sorted(members.items())
    ]


def _outline(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    grown = shapely.union_all(shapely.buffer(shapes, _CLOSING_DEGREES, join_style="mitre"))
    return shapely.buffer(grown, -_CLOSING_DEGREES, join_style="mitre")


# ---- legend and words --------------------------------------------------------------------------


def _legend(project: Project, statuses: StatusArray, stages: Stages, words: Words) -> Iterator[LegendEntry]:
    """Return the stages in order with their counts (the steps also when nothing stands there), then the marks."""
    areas = {row.stage: row.area_m2 for row in statuses.figures.stages}
    for index, stage in enumerate(stages.all):
        count = statuses.legend.get(stage.name, 0)
        if index < stages.steps or count:
            note = words.text("not counted") if stage.name == WITHDRAWN else ""
            title = words.law(stage.label_vi)
            yield LegendEntry(stage.name, title, count, areas.get(stage.name), note)
    yield LegendEntry(palette.STUCK, words.text("Stuck"), statuses.figures.stuck)
    if project.boundary is not None:
        note = words.text("illustrative") if project.illustrative else ""
        yield LegendEntry(palette.BOUNDARY, words.text("Project boundary"), None, note=note)


def _title(project: Project, words: Words) -> str:
    """Return the project's name; one that is made up says so, once."""
    note = words.text("illustrative data")
    if not project.illustrative or note.casefold() in project.name.casefold():
        return project.name
    return f"{project.name} – {note}"


def _own_sources(project: Project, words: Words) -> Sequence[str]:
    if project.illustrative:
        return (words.text("parcels and case files: illustrative data"),)
    return (words.text("parcels: survey of the project"),)


# ---- fingerprint -------------------------------------------------------------------------------


def _fingerprint(project: Project, parcels: Sequence[Parcel], statuses: StatusArray, drawn: Sequence[Layer]) -> str:
    """Return SHA-256 over project, day, figures, parcel keys and every shape with its style."""
    digest = hashlib.sha256()
    digest.update(_canonical({"project": project.code, "name": project.name, "illustrative": project.illustrative}))
    digest.update(_canonical({"as_of": statuses.as_of.isoformat(), "epsg": project.survey_epsg}))
    digest.update(_canonical(_figures_as_json(statuses)))
    digest.update(_canonical([[p.id, p.key.commune_code, p.key.sheet, p.key.number] for p in parcels]))
    for layer in drawn:
        digest.update(_canonical([layer.name, [[feature.id, feature.style] for feature in layer.features]]))
        shapes = shapely.normalize([feature.geometry for feature in layer.features])
        digest.update(b"".join(shapely.to_wkb(shapes, byte_order=1)))
    return digest.hexdigest()


def _figures_as_json(statuses: StatusArray) -> Mapping[str, object]:
    figures = statuses.figures
    return {
        "legend": dict(statuses.legend),
        "households": [figures.households, figures.households_handed_over],
        "area_m2": [round(figures.area_m2, 1), round(figures.area_handed_over_m2, 1)],
        "measured": figures.area_partly_measured,
        "stuck": figures.stuck,
    }


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
