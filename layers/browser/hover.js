/* What lies under the pointer, said once: the parcel first, then the area or place there. Touch has no hover. */

import { isStuck, stageIndex, UNKNOWN } from "./statuses.js";
import { textBlock } from "./overlays.js";
import { fill } from "./text.js";

/** Lines of a parcel's tooltip. */
export function parcelLines(properties, code, config) {
  const { words, stages } = config;
  const lines = [fill(words.parcel, { sheet: properties.sheet, number: properties.number })];
  if (code !== UNKNOWN && stages[stageIndex(code)]) {
    const { title } = stages[stageIndex(code)];
    lines.push(isStuck(code) ? `${title} · ${words.stuck}` : title);
  }
  return lines;
}

export class Hover {
  constructor(view, map, config, board) {
    Object.assign(this, { view, map, config, board });
    this.parcels = null;
    this.below = new Map();
    this.asked = false;
    this.tip = view.L.tooltip({ direction: "auto", offset: [14, 0], className: "matbang-tip", opacity: 1 });
    if (view.matchMedia("(hover: hover)").matches) {
      map.on("mousemove", (event) => this.#moved(event.latlng));
      map.on("mouseout movestart zoomstart", () => this.#hide());
    }
  }

  /** Notes what an area or place that the pointer entered says; null when it left. */
  under(layer, lines) {
    if (lines) this.below.set(layer, lines);
    else this.below.delete(layer);
  }

  /** Says something at a point at once: a tap has no hover. */
  say(latlng, lines) {
    this.tip.setContent(textBlock(this.view.document, lines)).setLatLng(latlng);
    this.map.openTooltip(this.tip);
  }

  #moved(latlng) {
    this.at = latlng;
    if (this.asked) return;
    this.asked = true;
    this.view.requestAnimationFrame(() => {
      this.asked = false;
      this.#show(this.at);
    });
  }

  #show(latlng) {
    const parcel = this.parcels?.at(latlng) ?? null;
    const lines = parcel ? parcelLines(parcel, this.board.code(parcel.id), this.config) : [];
    for (const below of this.below.values()) lines.push(...below);
    this.map.getContainer().classList.toggle("matbang-on-parcel", parcel !== null);
    if (lines.length === 0) this.#hide();
    else this.say(latlng, lines);
  }

  /** Says it again after something changed under the pointer. */
  refresh() {
    if (this.at && this.map.hasLayer(this.tip)) this.#show(this.at);
  }

  #hide() {
    this.map.closeTooltip(this.tip);
  }
}
