/*
 * What a browser tab remembers of a project's map, so that nothing jumps when the map is made anew:
 * zoom and centre, the layers that are switched on, the last place the page asked to look at.
 * Layers also stand in the page's address, which is what a link carries.
 */

/** `page` is the window of the page around the map's frame. */
export class Memory {
  constructor(project, storage, page) {
    this.project = project;
    this.storage = storage;
    this.page = page;
  }

  view() {
    const view = this.#read("view");
    const whole = view && ["lat", "lng", "zoom"].every((name) => Number.isFinite(view[name]));
    return whole ? view : null;
  }

  keepView({ lat, lng, zoom }) {
    this.#write("view", { lat, lng, zoom });
  }

  /** Layers that are on: as the address says, else as they were, else `first`. Unknown names are left out. */
  layers(known, first) {
    const chosen = this.#addressed() ?? this.#read("layers") ?? first;
    return known.filter((name) => chosen.includes(name));
  }

  keepLayers(names) {
    this.#write("layers", names);
    const address = new URL(this.page.location.href);
    address.searchParams.set("layers", names.join(","));
    this.page.history.replaceState(this.page.history.state, "", address);
  }

  /** Whether the page asks to look somewhere that it has not asked for before. */
  isNewFocus(focus) {
    const asked = JSON.stringify(focus);
    if (asked === JSON.stringify(this.#read("focus"))) return false;
    this.#write("focus", focus);
    return true;
  }

  /** Whether a panel of the map is folded; null when nobody has said. */
  folded(name) {
    return this.#read(`folded.${name}`);
  }

  keepFolded(name, folded) {
    this.#write(`folded.${name}`, folded);
  }

  #addressed() {
    const said = new URLSearchParams(this.page.location.search).get("layers");
    return said === null ? null : said.split(",").filter(Boolean);
  }

  #read(name) {
    try {
      return JSON.parse(this.storage.getItem(this.#key(name)));
    } catch {
      return null;
    }
  }

  #write(name, value) {
    try {
      this.storage.setItem(this.#key(name), JSON.stringify(value));
    } catch {
      // A full or forbidden storage costs the memory, never the map.
    }
  }

  #key(name) {
    return `matbang:${name}:${this.project}`;
  }
}
