"""The browser's first script: lists the pages and draws what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import Page

from pages import context as contexts
from pages import export_page, import_page, look, map_page, overview, progress_page, sidebar
from pages.context import PageContext

Render = Callable[[PageContext], None]
LIVE: Final = "ban-do"
FAVICON: Final = Path(__file__).with_name("favicon.svg")

PAGES: Final[tuple[tuple[str, Render, str, str], ...]] = (
    ("", overview.render, "Overview", ":material/home:"),
    ("ban-do", map_page.render, "Map", ":material/map:"),
    ("tien-do", progress_page.render, "Progress", ":material/trending_up:"),
    ("nhap-du-lieu", import_page.render, "Import data", ":material/upload_file:"),
    ("xuat-ban", export_page.render, "Export map and reports", ":material/print:"),
)
"""Address, page, title and symbol, in the order of the sidebar; the first one opens first."""


def listed(context: PageContext) -> list[Page]:
    """Return the pages with their titles in the reader's language."""
    links: dict[str, Page] = {}
    for address, render, title, icon in PAGES:
        run = _runner(render, address or "tong-quan", links)
        links[address] = Page(run, title=context.say(title), icon=icon, url_path=address or None, default=not address)
    return list(links.values())


def _runner(render: Render, name: str, links: Mapping[str, Page]) -> Callable[[], None]:
    """Return the page as Streamlit wants it: a function without arguments, with a name of its own."""

    def run() -> None:
        render(replace(contexts.current(), links=links))

    run.__name__ = name.replace("-", "_")
    return run


def main() -> None:
    """Draw the chosen page."""
    contexts.read_address()
    context = contexts.current()
    st.set_page_config(page_title="Mặt Bằng", page_icon=str(FAVICON), layout="wide")
    look.style()
    pages = listed(context)
    chosen = st.navigation(pages, position="hidden")
    sidebar.render(context, pages, is_live=chosen.url_path == LIVE)
    sidebar.day_bar(context)
    chosen.run()
    contexts.write_address()


if __name__ == "__main__":
    main()
