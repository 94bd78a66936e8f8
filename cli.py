"""The terminal's door: the same operations as the browser's, for scripts, offices and tests.

Success exits 0. A refusal exits 2 with one line on standard error that says what is wrong and where, and nothing is
written. A fault of the program exits 1, with one line too.
"""

from __future__ import annotations

import io
import json
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from pydantic import ValidationError

from geodata import export, shipped
from geodata.demonstration import PROJECT_CODE
from geodata.errors import (
    FileIsStore,
    MatbangError,
    ProjectExists,
    SnapshotFormatUnknown,
    StoreMissing,
)
from geodata.records import NewProject, Project
from geodata.store import SystemClock, is_store_file, store_exists
from geodata.survey import Survey, SurveyOptions, parse_field_options, read_survey
from layers.sentences import one_line, sentence
from layers.views import map_view
from layers.words import Words, words_in
from monitoring import operations
from monitoring.addresses import parse_parcel_address
from monitoring.office import LEGAL_ZONE
from monitoring.operations import EventRequest, Office, StatusRequest
from monitoring.permissions import LOCAL
from monitoring.workflow import Workflow
from reports.answers import event_lines, import_facts, import_lines, progress_lines
from reports.files import write_whole
from reports.paper import FORMATS, SheetOptions
from reports.sheet import render_sheet
from service.opening import open_office
from service.rehearsal import refuse_known_parcels, rehearse
from settings import Settings

DOOR: Final = "terminal"
REFUSED: Final = 2
BROKEN: Final = 1
INTERRUPTED: Final = 130

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


class Encodings(StrEnum):
    """Encodings of a Shapefile's texts."""

    AUTO = "auto"
    UTF8 = "utf-8"
    TCVN3 = "tcvn3"
    VNI = "vni"


class Orientations(StrEnum):
    """Ways to hold the paper."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"


class Languages(StrEnum):
    """Languages of a sheet."""

    VI = "vi"
    EN = "en"


def parse_day(text: str) -> date:
    """Return a date written as ``2026-11-23`` or ``23/11/2026``."""
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007 - a legal day has no zone
        except ValueError:
            continue
    raise typer.BadParameter("Write the date like 2026-11-23 or 23/11/2026.")


def parse_instant(text: str) -> datetime:
    """Return an instant written as ISO 8601 with its zone."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise typer.BadParameter("Write the time with its zone, like 2026-11-23T10:00:00+07:00.")
    return found


ProjectOption = Annotated[str, typer.Option("--project", help="Code of the project.")]
ParcelOption = Annotated[str, typer.Option("--parcel", help="The parcel: [COMMUNE/]SHEET/NUMBER.")]
HolderOption = Annotated[str | None, typer.Option("--holder", help="Whose case, where a parcel has several holders.")]
OnOption = Annotated[date, typer.Option("--on", parser=parse_day, metavar="DATE", help="The day it happened.")]
NoteOption = Annotated[str, typer.Option("--note", help="A note.")]
AsOfOption = Annotated[
    date | None, typer.Option("--as-of", parser=parse_day, metavar="DATE", help="The day shown; today without it.")
]
KnownAtOption = Annotated[
    datetime | None,
    typer.Option("--known-at", parser=parse_instant, metavar="TIME", help="By what was recorded up to then."),
]
OrientationOption = Annotated[Orientations, typer.Option("--orientation", help="How the paper lies.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


# ---- wiring --------------------------------------------------------------------------------------


def store_url(settings: Settings) -> str:
    """Return the store's address; the default one lies beside this file, wherever one stands."""
    if "store" in settings.model_fields_set:
        return settings.store
    path = Path(__file__).resolve().parent / settings.store.removeprefix("sqlite:///")
    return f"sqlite:///{path.as_posix()}"


def enter(url: str, *, demonstrate: bool = False) -> Office:
    """Return the office over a store, which is made when it is not there; what takes long is told on stderr."""
    words = speech()
    return open_office(
        url,
        SystemClock(),
        door=DOOR,
        say=lambda line: print(words.text(line), file=sys.stderr, flush=True),
        demonstrate=demonstrate,
    )


@contextmanager
def at_office(project: str, *, make: bool = False) -> Iterator[Office]:
    """Open the office for one command.

    A store that is not there is refused, unless the command makes it or asks for the demonstration, which then is
    made as the first start of the application makes it.
    """
    url = store_url(Settings())
    if not make and not store_exists(url) and project != PROJECT_CODE:
        raise StoreMissing(url)
    office = enter(url, demonstrate=not make)
    try:
        yield office
    finally:
        office.store.close()


def keep_store(path: Path) -> None:
    """Refuse to read the store's own file as a survey or to write over it; raises FileIsStore."""
    if is_store_file(store_url(Settings()), path):
        raise FileIsStore(path.name)


def speech() -> Words:
    """Return the words of the terminal."""
    return words_in(Settings().language)


def tell(*lines: str) -> None:
    """Print lines of an answer."""
    for line in lines:
        print(line)


def tell_json(value: object) -> None:
    """Print an answer for programs."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


# ---- commands ------------------------------------------------------------------------------------


@app.command(help="Make the store and the demonstration KTN-CNSH.")
def init(
    empty: Annotated[bool, typer.Option("--empty", help="Make the store without the demonstration.")] = False,
) -> None:
    """Make the store; what is in it already stays as it is."""
    url, words = store_url(Settings()), speech()
    office = enter(url, demonstrate=not empty)
    try:
        codes = [project.code for project in operations.list_projects(LOCAL, office)]
    finally:
        office.store.close()
    tell(words.text("The store is ready: {store}").format(store=url))
    tell(words.text("Projects: {codes}").format(codes=", ".join(codes) or "–"))


@app.command("import-parcels", help="Bring a surveyor's parcels into a project.")
def import_parcels(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Zipped Shapefile, GeoPackage or GeoJSON.")],
    project: ProjectOption,
    create: Annotated[bool, typer.Option("--create", help="Make the project, with its code as its name.")] = False,
    crs: Annotated[str | None, typer.Option("--crs", help="Coordinate system, like EPSG:9218.")] = None,
    encoding: Annotated[Encodings, typer.Option("--encoding", help="Encoding of the texts.")] = Encodings.AUTO,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="NAME=FIELD", help="Source of a value: number=SOTHUA, number=:row, sheet=:1."),
    ] = None,
    layer: Annotated[str | None, typer.Option("--layer", help="The layer, where the file has several.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count, write nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the whole file, then write it in one piece."""
    keep_store(file)
    options = SurveyOptions(crs=crs, encoding=encoding.value, fields=parse_field_options(field or []), layer=layer)
    if dry_run and create and not store_exists(store_url(Settings())):
        survey = read_survey(file, options)
        result = rehearse(LOCAL, SystemClock(), entered(project, survey), survey)
    else:
        with at_office(project, make=create) as office:
            owner = owner_of(office, project, create=create)
            survey = read_survey(file, replace(options, survey_epsg=owner.survey_epsg) if owner else options)
            if dry_run and owner:
                refuse_known_parcels(LOCAL, office, project, survey)
            if dry_run:
                result = rehearse(LOCAL, office.clock, entered(project, survey), survey)
            else:
                target = owner.code if owner else entered(project, survey)
                result = operations.import_parcels(LOCAL, office, target, survey.parcels, survey.source)
    if as_json:
        tell_json(import_facts(result, survey, dry_run=dry_run))
    else:
        tell(*import_lines(result, speech(), dry_run=dry_run))


@app.command("export-parcels", help="Write the parcels of a project to a file, with where they stand.")
def export_parcels(
    project: ProjectOption,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to make: .gpkg, .zip (Shapefile) or .geojson.")],
) -> None:
    """Write parcels and stages; names of holders stay in the store."""
    with at_office(project) as office:
        keep_store(out)
        owner = operations.get_project(LOCAL, office, project)
        statuses = operations.statuses(LOCAL, office, project)
        parcels = operations.parcels(LOCAL, office, project, statuses.ids)
        stands = [office.stages.decode(code) for code in statuses.codes]
    rows = [export.ExportedParcel(parcel, *stand) for parcel, stand in zip(parcels, stands, strict=True)]
    export.export_parcels(rows, out, survey_epsg=owner.survey_epsg)
    tell(speech().text("Written: {file}").format(file=out))


@app.command("record-event", help="Record what was done about a parcel.")
def record_event(
    project: ProjectOption,
    parcel: ParcelOption,
    event: Annotated[str, typer.Option("--event", help="Code of the event in the workflow.")],
    on: OnOption,
    holder: HolderOption = None,
    note: NoteOption = "",
) -> None:
    """Record one event; the case's state follows."""
    with at_office(project) as office:
        case = operations.find_case(LOCAL, office, project, parse_parcel_address(parcel, project), holder)
        request = EventRequest(project=project, case_id=case.id, event=event, occurred_on=on, note=note)
        done = operations.record_event(LOCAL, office, request)
        tell(*event_lines(done, parcel, office.workflow, speech()))


@app.command("change-status", help="Record the one event that leads to a state.")
def change_status(
    project: ProjectOption,
    parcel: ParcelOption,
    to: Annotated[str, typer.Option("--to", metavar="STATE", help="Code of the state in the workflow.")],
    on: OnOption,
    holder: HolderOption = None,
    note: NoteOption = "",
) -> None:
    """Record the event that leads to a state, where exactly one does."""
    with at_office(project) as office:
        case = operations.find_case(LOCAL, office, project, parse_parcel_address(parcel, project), holder)
        request = StatusRequest(project=project, case_id=case.id, state=to, occurred_on=on, note=note)
        done = operations.change_status(LOCAL, office, request)
        tell(*event_lines(done, parcel, office.workflow, speech()))


@app.command(help="Show how far a project is.")
def progress(
    project: ProjectOption,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the figures of a project."""
    with at_office(project) as office:
        moment = operations.moment_at(LOCAL, office, as_of, known_at)
        found = operations.progress(LOCAL, office, project, moment)
        if as_json:
            tell_json(found.as_json())
        else:
            tell(*progress_lines(found, office.stages, speech()))


@app.command(help="Draw the map of a project as a sheet.")
def snapshot(
    project: ProjectOption,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to make: .pdf or .png.")],
    paper: Annotated[str, typer.Option("--paper", help="Paper: A4 or A3.")] = "A3",
    orientation: OrientationOption = Orientations.LANDSCAPE,
    scale: Annotated[
        int | None,
        typer.Option("--scale", min=1, max=100_000_000, help="2000 for 1:2000; else the largest round one that fits."),
    ] = None,
    lang: Annotated[Languages | None, typer.Option("--lang", help="Language of the sheet.")] = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
) -> None:
    """Write a sheet; the same data give the same file."""
    kind = out.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise SnapshotFormatUnknown(kind or out.name, FORMATS)
    keep_store(out)
    options = SheetOptions(paper.upper(), orientation.value, scale, kind)
    words = words_in(lang.value) if lang else speech()
    with at_office(project) as office:
        moment = operations.moment_at(LOCAL, office, as_of, known_at)
        view = map_view(LOCAL, office, project, moment, words, known_at=known_at)
    write_whole(out, render_sheet(view, options, words))
    tell(speech().text("Written: {file}").format(file=out))


# ---- the import in words -------------------------------------------------------------------------


def owner_of(office: Office, code: str, *, create: bool) -> Project | None:
    """Return the project that the parcels go to, None when it is to be made; asked before a long file is read."""
    if not create:
        return operations.get_project(LOCAL, office, code)
    if any(code == project.code for project in operations.list_projects(LOCAL, office, include_archived=True)):
        raise ProjectExists(code)
    return None


def entered(code: str, survey: Survey) -> NewProject:
    """Return a project named by its code, under the legal regime of today."""
    words, today = speech(), datetime.now(LEGAL_ZONE).date()
    return NewProject(
        code=code,
        name=code,
        survey_epsg=survey.survey_epsg,
        regime=Workflow.parse(shipped.workflow_text()).regime_of_date(today).id,
        regime_reason=words.text("in force on the day the project was entered ({day})").format(day=words.day(today)),
    )


# ---- refusals ------------------------------------------------------------------------------------


def usage_line(error: Any, words: Words) -> str:
    """Return what is wrong with the way a command was written."""
    parameter = getattr(error, "param", None)
    option = parameter.opts[-1] if parameter is not None else getattr(error, "option_name", "")
    said = one_line(getattr(error, "message", "") or error.format_message())
    line = {
        "MissingParameter": words.text("“{option}” is missing; see “python cli.py --help”."),
        "NoSuchOption": words.text("There is no option “{option}”; see “python cli.py --help”."),
        "BadParameter": words.text("“{option}” cannot be read: {said}"),
    }.get(type(error).__name__, words.text("This cannot be read: {said} See “python cli.py --help”."))
    return line.format(option=option, said=words.text(said))


def settings_line(error: ValidationError) -> str:
    """Return which setting is wrong."""
    fault = error.errors()[0]
    return f"MATBANG_{'_'.join(map(str, fault['loc'])).upper()}: {one_line(fault['msg'])}"


def fault_line(error: Exception, words: Words) -> str:
    """Return where the program broke, without what anybody wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    said = words.text("The program met a fault of its own ({kind}, {place}); nothing more was done.")
    return said.format(kind=type(error).__name__, place=place)


def spoken(command: Any, words: Words) -> Any:
    """Return the command with its help in the reader's language."""
    for part in (command, *getattr(command, "commands", {}).values()):
        part.help = words.text(part.help) if part.help else part.help
        for parameter in part.params:
            parameter.help = words.text(parameter.help) if getattr(parameter, "help", None) else None
    return command


def run(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; returns the exit code."""
    words = words_in("vi")
    try:
        words = speech()
        code = spoken(typer.main.get_command(app), words).main(arguments, prog_name="cli.py", standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - the last resort: never a traceback at an office's terminal
        return refused(error, words)
    except KeyboardInterrupt:
        return ended(words.text("Broken off."), INTERRUPTED)
    return code if isinstance(code, int) else 0


def refused(error: Exception, words: Words) -> int:
    """Say in one line why a command was not carried out; returns the exit code."""
    if isinstance(error, MatbangError):
        return ended(sentence(error, words), REFUSED)
    if isinstance(error, ValidationError):
        return ended(settings_line(error), REFUSED)
    if isinstance(error, typer.exceptions.TyperException):
        return ended(usage_line(error, words), REFUSED)
    if isinstance(error, typer.Abort):
        return ended(words.text("Broken off."), INTERRUPTED)
    return ended(fault_line(error, words), BROKEN)


def ended(line: str, code: int) -> int:
    """Print the one line on standard error; returns the exit code."""
    print(line, file=sys.stderr, flush=True)
    return code


def main() -> NoReturn:
    """Run from the terminal; text is UTF-8 whatever the system's code page is."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(run())


if __name__ == "__main__":
    main()
