"""Opens the office: the store with its rules and, on first start, the demonstration."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from geodata import demonstration, shipped
from geodata.ports import Clock
from geodata.records import NewProject
from geodata.store import open_store
from geodata.survey import SurveyOptions, read_survey
from monitoring import operations
from monitoring.office import Office
from monitoring.permissions import LOCAL
from monitoring.stages import Stages
from monitoring.workflow import Workflow

Say = Callable[[str], None]
FIRST_START = "First start: making the store and the demonstration (about ten seconds) …"
"""Message (a msgid) while the store is made."""


def open_office(store_url: str, clock: Clock, say: Say) -> Office:
    workflow, stages = Workflow.parse(shipped.workflow_text()), Stages.parse(shipped.stages())
    store = open_store(store_url, clock, initial_state=workflow.initial_state)
    office = Office(store, workflow, stages, clock)
    if store.last_seq() == 0:
        say(FIRST_START)
        with tempfile.TemporaryDirectory() as folder:
            survey = read_survey(demonstration.deliver(Path(folder)), SurveyOptions(crs="EPSG:9218"))
        project = NewProject(
            code=demonstration.PROJECT_CODE,
            name=demonstration.PROJECT_NAME,
            survey_epsg=9218,
            regime=workflow.regime_of_date(office.today()).id,
            regime_reason="…",
            illustrative=True,
        )
        operations.import_parcels(LOCAL, office, project, survey.parcels, survey.source)
    return office
