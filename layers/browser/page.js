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

  #marked(selector) {
    try {
      return this.view.parent.document.querySelectorAll(selector);
    } catch {
      return [];
    }
  }
}
