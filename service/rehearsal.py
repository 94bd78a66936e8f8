"""An import on trial: every check is made, every count is right, and nothing is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from geodata.errors import DuplicateParcel
from geodata.ports import Clock
from geodata.records import ImportResult, NewProject
from geodata.survey import Survey
from monitoring import operations
from monitoring.operations import Office
from monitoring.permissions import Actor
from service.opening import open_office


def rehearse(actor: Actor, clock: Clock, project: NewProject, survey: Survey) -> ImportResult:
    """Import a survey into a store of its own that is thrown away; raises what the import would."""
    with tempfile.TemporaryDirectory(prefix="matbang-trial-") as folder:
        office = open_office(f"sqlite:///{Path(folder).as_posix()}/trial.gpkg", clock, demonstrate=False)
        try:
            return operations.import_parcels(actor, office, project, survey.parcels, survey.source)
        finally:
            office.store.close()


def refuse_known_parcels(actor: Actor, office: Office, project: str, survey: Survey) -> None:
    """Refuse the first parcel of a survey that a project has already; raises DuplicateParcel."""
    known = {parcel.key for parcel in operations.parcels(actor, office, project)}
    for row, parcel in enumerate(survey.parcels, start=1):
        if parcel.key in known:
            source, key = survey.source, parcel.key
            raise DuplicateParcel(source.file_name, source.layer, row, key.sheet, key.number)
