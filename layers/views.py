"""Gathers what a map view needs, through the operations, and has it composed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache

from geodata import shipped
from geodata.records import LngLatBbox, Moment
from layers.compose import FIRST_CHOICE, compose_map_view
from layers.surroundings import CommunePast, Surroundings
from layers.view import MapView
from layers.words import Words
from monitoring import operations
from monitoring.office import Office
from monitoring.permissions import Actor


def map_view(
    actor: Actor,
    office: Office,
    project: str,
    moment: Moment,
    words: Words,
    *,
    extent: LngLatBbox | None = None,
    layers: Collection[str] | None = None,
    known_at: datetime | None = None,
) -> MapView:
    """Return the map of a project at a moment.

    Parameters
    ----------
    actor, office
        Who looks, and where the records are.
    project
        Code of the project.
    moment
        What had happened by when, and as far as the journal knew it; from ``operations.moment_at``.
    words
        Language of titles and legend.
    extent
        What is shown, WGS 84 degrees; None for the whole project.
    layers
        Names of the layers that are switched on; None before anyone chose.
    known_at
        The instant that ``moment.known_seq`` was taken from, to be said on the map.

    Raises
    ------
    NotAllowed, UnknownProject
        The actor may not see it; no project has this code.
    """
    statuses = operations.statuses(actor, office, project, moment)
    return compose_map_view(
        operations.get_project(actor, office, project),
        operations.parcels(actor, office, project),
        statuses,
        office.stages,
        shipped_surroundings(),
        words,
        as_of_is_today=statuses.as_of == office.today(),
        known_at=known_at,
        extent=extent,
        layers=FIRST_CHOICE if layers is None else layers,
    )


@cache
def shipped_surroundings() -> Surroundings:
    """Return the shipped context: communes with their past, provinces, land, towns and the S&T registry."""
    return Surroundings(
        communes=shipped.communes(),
        past=_pasts(),
        merged_on=shipped.MERGED_ON,
        provinces=shipped.provinces(),
        land=shipped.land(),
        towns=shipped.towns(),
        places=shipped.places(),
    )


def _pasts() -> Mapping[str, CommunePast]:
    return {
        row.new_commune_code: CommunePast(
            province=shipped.lowered(row.new_province),
            old_districts=shipped.old_district_titles_of(row.new_commune_code),
            old_province=shipped.lowered(row.old_province),
        )
        for row in shipped.crosswalk()
    }
