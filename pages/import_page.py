"""Nhập dữ liệu: a surveyor's file is checked, shown, accepted; nothing is written before it is accepted."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile
from streamlit_folium import st_folium

from geodata.errors import FieldMissing, MatbangError
from geodata.records import ImportResult, NewProject
from geodata.survey import Survey, SurveyOptions, read_survey
from layers.preview import preview_of
from layers.web import MapSpec, build_map, map_message
from monitoring import operations
from pages import archiving, errors, import_options, look, project_choice
from pages.context import PageContext, choose_project

UPLOAD_MB: Final = 200
TYPES: Final = ("zip", "gpkg", "geojson", "json")
PREVIEW_HEIGHT_PX: Final = 360
MAP: Final = "ban-do"


def render(context: PageContext) -> None:
    """Draw the page."""
    look.answer(_first_line(context))
    _result(context)
    look.uploader(context.say("Choose a file"), context.say("or drop it here; up to {size} MB", size=UPLOAD_MB))
    upload = st.file_uploader(
        context.say("Surveyor's file: zipped Shapefile, GeoPackage or GeoJSON"),
        type=list(TYPES),
        max_upload_size=UPLOAD_MB,
        key=f"upload_{st.session_state.get('upload_round', 0)}",
    )
    if upload is None:
        look.quiet(context.say("The file is checked first and shown on a map. Nothing is written until you accept it."))
    else:
        _check(context, upload)
    archiving.render(context)


def _first_line(context: PageContext) -> str:
    past = operations.imports(context.actor, context.office)
    if not past:
        return context.say("Nothing was brought in yet.")
    last, words = past[0], context.words
    return context.say(
        "Last import: {rows} rows, {added} accepted ({file}, {moment})",
        rows=words.number(last.rows_read),
        added=words.number(last.parcels_added),
        file=last.file_name,
        moment=words.moment(last.recorded_at),
    )


def _check(context: PageContext, upload: UploadedFile) -> None:
    """Check the file by the options as they stand; then show what was found, or what is missing."""
    target = project_choice.render(context, Path(upload.name).stem)
    slot = st.container()
    options = replace(import_options.chosen(), display_name=upload.name, survey_epsg=target.survey_epsg)
    refusal: MatbangError | None = None
    survey: Survey | None = None
    try:
        with st.spinner(context.say("Checking every row of the file …"), show_time=True):
            survey = _read(upload.file_id, repr(options), upload, options)
    except MatbangError as error:
        refusal = error
    with slot:
        import_options.render(context, survey, refusal)
    if refusal is not None:
        errors.show(context, refusal)
        if isinstance(refusal, FieldMissing):
            look.quiet(
                context.say(
                    "Name the field above, or a constant after a colon (“:1”), or “:row” for the row's position."
                )
            )
    elif survey is not None:
        _found(context, survey)
        _accept(context, survey, target)


@st.cache_resource(max_entries=3, ttl=3600, show_spinner=False)
def _read(file_id: str, options_key: str, _upload: UploadedFile, _options: SurveyOptions) -> Survey:
    """Return the checked file. The first two arguments stand for the other two, which cannot be hashed."""
    del file_id, options_key
    with tempfile.TemporaryDirectory(prefix="matbang-upload-") as folder:
        path = Path(folder) / f"upload{Path(_upload.name).suffix.lower()}"
        path.write_bytes(_upload.getbuffer())
        return read_survey(path, _options)


def _found(context: PageContext, survey: Survey) -> None:
    """Say in numbers what the file holds, and draw it."""
    words = context.words
    left, right = st.columns([5, 7], gap="medium")
    with left:
        look.heading(context.say("What the file holds"))
        look.facts(
            [
                (context.say("Rows"), words.number(survey.rows)),
                (context.say("Map sheets"), _sheets(context, survey)),
                (context.say("Holders named"), words.number(survey.holders)),
                (context.say("Area measured"), words.hectares(survey.area_m2)),
                (context.say("Coordinate system"), survey.source.crs),
                (context.say("Areas measured in"), f"EPSG:{survey.survey_epsg}"),
                (context.say("Text encoding"), survey.source.encoding),
                (context.say("Layer"), survey.source.layer),
                (
                    context.say("Fields used"),
                    ", ".join(
                        f"{import_options.target_name(context, target)} ← {source}"
                        for target, source in survey.fields.items()
                    ),
                ),
            ]
        )
    with right:
        drawn = preview_of([parcel.geometry for parcel in survey.parcels])
        spec = MapSpec(project="", bounds=survey.bounds, language=context.language, height_px=PREVIEW_HEIGHT_PX)
        st_folium(
            build_map(spec),
            key="preview",
            height=PREVIEW_HEIGHT_PX,
            width=None,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=map_message(preview=drawn.collection),
        )
        if drawn.left_out:
            look.quiet(
                context.words.plural(
                    "{count} more parcel is not drawn here.", "{count} more parcels are not drawn here.", drawn.left_out
                )
            )


def _sheets(context: PageContext, survey: Survey) -> str:
    shown = ", ".join(survey.sheets[:10])
    more = len(survey.sheets) - 10
    return f"{shown} … (+{context.words.number(more)})" if more > 0 else shown


def _accept(context: PageContext, survey: Survey, target: project_choice.Target) -> None:
    label = context.words.plural("Accept {count} parcel into {name}", "Accept {count} parcels into {name}", survey.rows)
    past = context.say("Recording is off while a past day is shown.") if context.as_of else ""
    missing = past or target.missing
    if missing:
        look.quiet(missing)
    if st.button(
        look.text(label.format(name=target.name or "…")),
        type="primary",
        icon=":material/check:",
        disabled=bool(missing),
        key="accept",
    ):
        _write(context, survey, target)


def _write(context: PageContext, survey: Survey, target: project_choice.Target) -> None:
    project: NewProject | str = target.code
    if target.new is not None:
        project = replace(target.new, survey_epsg=survey.survey_epsg)
    try:
        with st.spinner(context.say("Writing …"), show_time=True):
            result = operations.import_parcels(context.actor, context.office, project, survey.parcels, survey.source)
    except MatbangError as refusal:
        errors.show(context, refusal)
        return
    choose_project(result.project_code)
    st.session_state["import_result"] = result
    st.session_state["upload_round"] = st.session_state.get("upload_round", 0) + 1
    import_options.forget()
    st.rerun()


def _result(context: PageContext) -> None:
    """Show once what the last import did, with the way to the map."""
    result: ImportResult | None = st.session_state.pop("import_result", None)
    if result is None:
        return
    words = context.words
    line = context.say(
        "Accepted into {project}: {rows} rows read, {parcels} parcels, {holders} holders, {area}.",
        project=result.project_code,
        rows=words.number(result.rows_read),
        parcels=words.number(result.parcels_added),
        holders=words.number(result.claimants_added),
        area=words.hectares(result.area_m2),
    )
    st.success(look.text(line), icon=":material/check:")
    if MAP in context.links:
        st.page_link(context.links[MAP], label=context.say("Open the map"), icon=":material/map:")
