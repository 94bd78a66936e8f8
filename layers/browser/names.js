/* Names of provinces, towns and communes on the map: as many as fit, the weightier ones first. */

import { withoutOverlap } from "./geometry.js";
import { element } from "./text.js";

const LETTER_WIDTH = 0.56;

export class NameLayer {
  constructor(view, map) {
    this.view = view;
    this.map = map;
    this.names = [];
    this.shown = new Map();
    const pane = map.createPane("matbang-names");
    pane.style.zIndex = 450;
    pane.style.pointerEvents = "none";
    map.on("zoomend moveend resize", () => this.draw());
  }

  /** `names`: {key, text, point: [longitude, latitude], kind, from, to, weight}; replaces those of the same group. */
  put(group, names) {
    this.names = this.names.filter((name) => name.group !== group);
    this.names.push(...names.map((name) => ({ ...name, group })));
    this.names.sort((one, other) => other.weight - one.weight);
    this.draw();
  }

  draw() {
    const zoom = this.map.getZoom();
    const view = this.map.getBounds().pad(0.1);
    const candidates = this.names.filter(
      ({ from, to, point }) => zoom >= from && zoom <= to && view.contains([point[1], point[0]]),
    );
    const kept = withoutOverlap(candidates.map((name) => this.#box(name))).map((at) => candidates[at]);
    const keys = new Set(kept.map((name) => name.key));
    for (const [key, marker] of this.shown) {
      if (!keys.has(key)) {
        marker.remove();
        this.shown.delete(key);
      }
    }
    for (const name of kept) {
      if (!this.shown.has(name.key)) this.shown.set(name.key, this.#marker(name).addTo(this.map));
    }
  }

  #box({ point, text, kind }) {
    const at = this.map.latLngToLayerPoint([point[1], point[0]]);
    const size = kind === "province" || kind === "islands" ? 13 : 12;
    const half = (text.length * size * LETTER_WIDTH) / 2 + 6;
    return { left: at.x - half, right: at.x + half, top: at.y - size, bottom: at.y + size };
  }

  #marker({ point, text, kind }) {
    const { L, document } = this.view;
    const label = element(document, "span", `matbang-name matbang-name-${kind}`, text);
    return L.marker([point[1], point[0]], {
      pane: "matbang-names",
      interactive: false,
      keyboard: false,
      icon: L.divIcon({ className: "matbang-name-at", iconSize: [0, 0], html: label }),
    });
  }
}
