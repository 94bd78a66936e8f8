/*
 * What a browser tab remembers of a project's map, so that nothing jumps when the map is made anew:
 * zoom and centre, the layers that are switched on, the last place the page asked to look at.
 */

export class Memory {
  constructor(project, storage) {
    this.project = project;
    this.storage = storage;
  }

  view() {
    const view = this.#read("view");
    const whole = view && ["lat", "lng", "zoom"].every((name) => Number.isFinite(view[name]));
    return whole ? view : null;
  }

  /** `edges`: west, south, east, north of what is seen; a sheet can be drawn of the same part. */
  keepView({ lat, lng, zoom, edges }) {
    this.#write("view", { lat, lng, zoom, edges });
  }

  /** Layers that were on; null when nobody has chosen. */
  layers() {
    const names = this.#read("layers");
    return Array.isArray(names) ? names : null;
  }

  keepLayers(names) {
    this.#write("layers", names);
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
