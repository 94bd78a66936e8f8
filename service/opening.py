"""Opens the office: the store with its rules and, on first start, the demonstration."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from geodata import demonstration, shipped
from geodata.ports import Clock
from geodata.store import open_store, store_exists
from geodata.survey import Survey, SurveyOptions, read_survey
from monitoring.demonstration import demonstration_project
from monitoring.installation import WalkingClock, install_demonstration, write_history
from monitoring.office import Office
from monitoring.permissions import LOCAL
from monitoring.stages import Stages
from monitoring.workflow import Workflow

Say = Callable[[str], None]
FIRST_START: Final = "First start: making the store and the demonstration (about ten seconds) …"
"""Message (a msgid) while the store is made."""


def open_office(
    store_url: str, clock: Clock, *, door: str = "page", say: Say | None = None, demonstrate: bool = True
) -> Office:
    """Open the store of an installation; a new one gets the demonstration.

    Parameters
    ----------
    store_url
        SQLAlchemy URL of the store.
    clock
        The real clock.
    door
        Through which door people write: ``page``, ``terminal``.
    say
        Told :data:`FIRST_START` before the work of a first start.
    demonstrate
        False makes a new store without the demonstration.

    Raises
    ------
    StoreUnusable, StoreTooNew, StoreBusy
    """
    is_new = not store_exists(store_url)
    if is_new and demonstrate and say is not None:
        say(FIRST_START)
    # The delivery is read before the file is made, so that an interrupted start leaves no half-filled store.
    survey = _delivery() if is_new and demonstrate else None
    workflow, stages = Workflow.parse(shipped.workflow_text()), Stages.parse(shipped.stages())
    walking = WalkingClock(clock)
    store = open_store(store_url, walking, initial_state=workflow.initial_state)
    office = Office(store, workflow, stages, walking, door)
    if survey is not None and store.last_seq() == 0:
        _install(office, walking, survey)
    elif _was_interrupted(office):
        write_history(LOCAL, office, walking, demonstration.PROJECT_CODE, shipped.obstacle_kinds(), _chance())
    return office


def _delivery() -> Survey:
    """Return the demonstration as a surveyor delivers it."""
    with tempfile.TemporaryDirectory(prefix="matbang-demonstration-") as folder:
        options = SurveyOptions(survey_epsg=demonstration.SURVEY_EPSG, display_name=demonstration.FILE_NAME)
        return read_survey(demonstration.deliver(Path(folder)), options)


def _install(office: Office, clock: WalkingClock, survey: Survey) -> None:
    project = demonstration_project(
        office.workflow,
        demonstration.PROJECT_CODE,
        demonstration.PROJECT_NAME,
        demonstration.COMMUNE_CODE,
        demonstration.SURVEY_EPSG,
    )
    kinds = shipped.obstacle_kinds()
    install_demonstration(LOCAL, office, clock, project, survey.parcels, survey.source, kinds, _chance())


def _was_interrupted(office: Office) -> bool:
    """Return whether an earlier first start ended after the import and before the history."""
    if office.store.last_seq() != 1:
        return False
    return any(
        row.file_name == demonstration.FILE_NAME and row.project_code == demonstration.PROJECT_CODE
        for row in office.store.imports()
    )


def _chance() -> random.Random:
    return random.Random(demonstration.SEED)  # noqa: S311 - a made-up history, not a secret
