/*
 * The page around the map's frame: its first line and the sidebar's foot follow live changes without a rerun.
 * The frame has the page's own origin, so it may write there; it writes text only, and only into marked elements.
 */

export class Page {
  constructor(view, { project, language }) {
    Object.assign(this, { view, project, language });
  }

  /** `texts`: the first line in each language; elements of another project are left alone. */
  headline(texts) {
    const text = texts?.[this.language];
    if (!text) return;
    for (const place of this.#marked("[data-matbang-headline]")) {
      if (place.dataset.matbangHeadline === this.project && place.textContent !== text) place.textContent = text;
    }
  }

  live(text) {
    for (const place of this.#marked("[data-matbang-live]")) {
      if (place.textContent !== text) place.textContent = text;
    }
  }

  /**
   * Reports the layers that are on, in streamlit-folium's own list of selected layers; `known` when the page knows
   * them already, so that nothing has to run again.
   */
  layers(names, { known }) {
    const data = this.view.__GLOBAL_DATA__;
    if (!data) return;
    const entries = names.map((name) => ({ name, url: "" }));
    data.selected_layers = Object.fromEntries(entries.map((entry) => [entry.name, entry]));
    if (known && data.previous_data?.selected_layers) data.previous_data.selected_layers = entries;
  }

  #marked(selector) {
    try {
      return this.view.parent.document.querySelectorAll(selector);
    } catch {
      return [];
    }
  }
}
