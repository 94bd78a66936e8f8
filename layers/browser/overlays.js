/*
 * Layers that a person switches on: fetched by address when first asked for, drawn under the parcels
 * (areas) or above them (places). What is not known exactly is drawn hollow and dashed and says so.
 */

import { communeNames } from "./basemap.js";
import { element, fill } from "./text.js";

/** Zoom below which commune borders would only be a dark spot. */
const LINES_FROM = 8;
const SVG = "http://www.w3.org/2000/svg";
const SYMBOL_PATHS = {
  diamond: "M0,-8 L8,0 L0,8 L-8,0 Z",
  triangle: "M0,-8 L8,6 L-8,6 Z",
  circle: "M-7,0 A7,7 0 1 0 7,0 A7,7 0 1 0 -7,0 Z",
};

/** Whether a place stands on its own point, and not on one that stands in for a commune or an old district. */
export const isExact = (properties) => properties.position === "exact";

/** What a tooltip says of a place or area, line by line, as plain text. */
export function describe(properties, words) {
  const lines = [properties.name];
  if (properties.layer !== "gi_area" && ["commune", "district"].includes(properties.position)) {
    lines.push(fill(words.known_only_to, { place: properties.located_by ?? "" }));
  }
  if (properties.certainty === "illustrative") lines.push(words.illustrative_extent);
  if (properties.certainty === "uncertain") lines.push(words.uncertain);
  return lines.filter(Boolean);
}

const same = (one, other) => one.length === other.length && one.every((name) => other.includes(name));

/** Lines of text as an element. */
export function textBlock(document, lines) {
  const block = element(document, "div", "matbang-lines");
  lines.forEach((line, at) => block.append(element(document, "div", at === 0 ? "matbang-first" : "", line)));
  return block;
}

export class Overlays {
  /** `hover` shows texts under the pointer; `basemap` learns the communes. */
  constructor(view, map, { config, names, basemap, memory, hover, page, chosen, fetchJson }) {
    Object.assign(this, { view, map, config, names, basemap, memory, hover, page, fetchJson });
    this.reported = [];
    this.layers = new Map();
    const below = map.createPane("matbang-areas");
    below.style.zIndex = 150;
    const lines = map.createPane("matbang-lines");
    lines.style.zIndex = 350;
    const thinOut = () => {
      lines.style.display = map.getZoom() < LINES_FROM ? "none" : "";
    };
    map.on("zoomend", thinOut);
    thinOut();
    this.renderers = {
      "matbang-areas": view.L.svg({ pane: "matbang-areas", padding: 0.3 }),
      "matbang-lines": view.L.svg({ pane: "matbang-lines", padding: 0.3 }),
    };
    this.#control(chosen);
  }

  /** Takes the page's choice of layers; one that the page only repeats after this map is left alone. */
  choose(names) {
    if (this.reported.includes(names.join())) return;
    for (const [name, group] of this.layers) {
      if (names.includes(name)) group.addTo(this.map);
      else group.remove();
    }
  }

  #control(chosen) {
    const { L } = this.view;
    const control = L.control.layers(null, null, { position: "topright", collapsed: true });
    for (const overlay of this.config.overlays) {
      const group = L.layerGroup();
      this.layers.set(overlay.name, group);
      group.once("add", () => this.#fill(overlay, group));
      group.on("add remove", () => this.#toggled(overlay.name));
      control.addOverlay(group, this.#title(overlay));
    }
    control.addTo(this.map);
    control.getContainer().querySelector("a")?.setAttribute("aria-label", this.config.words.layers);
    control.getContainer().querySelector("a")?.setAttribute("title", this.config.words.layers);
    const known = chosen ?? this.config.selected_layers;
    const first = chosen ?? this.memory.layers() ?? known;
    this.on = new Set([...this.layers.keys()].filter((name) => first.includes(name)));
    this.page.layers([...this.on], { known: same([...this.on], known) });
    for (const name of this.on) this.layers.get(name).addTo(this.map);
    this.#learnCommunes();
  }

  /** The title as HTML, which is what Leaflet's control takes: the text escaped by the browser itself. */
  #title({ title, swatch }) {
    const { document } = this.view;
    const label = element(document, "span", "matbang-layer");
    if (swatch?.symbol) label.append(symbolElement(document, swatch, false, 16));
    else {
      const line = element(document, "span", swatch?.dashed ? "matbang-line matbang-dashed" : "matbang-line");
      line.style.borderColor = swatch?.stroke ?? "";
      label.append(line);
    }
    label.append(element(document, "span", "", title));
    return label.outerHTML;
  }

  #toggled(name) {
    const shown = this.map.hasLayer(this.layers.get(name));
    if (name === "communes" && !shown) this.names.put("communes", []);
    if (name === "communes" && shown && this.communes) this.names.put("communes", communeNames(this.communes));
    if (!this.on || shown === this.on.has(name)) return;
    if (shown) this.on.add(name);
    else this.on.delete(name);
    const names = [...this.layers.keys()].filter((one) => this.on.has(one));
    this.memory.keepLayers(names);
    this.reported = [...this.reported.slice(-9), names.join()];
    this.page.layers(names, { known: false });
  }

  async #learnCommunes() {
    const overlay = this.config.overlays.find(({ name }) => name === "communes");
    if (!overlay) return;
    this.communes = await this.#fetched(overlay);
    this.basemap.know(this.communes);
    if (this.map.hasLayer(this.layers.get("communes"))) this.names.put("communes", communeNames(this.communes));
  }

  #fetched(overlay) {
    this.pending ??= new Map();
    if (!this.pending.has(overlay.name)) {
      const answer = this.fetchJson(overlay.url);
      this.pending.set(overlay.name, answer);
      answer.catch(() => this.pending.delete(overlay.name));
    }
    return this.pending.get(overlay.name);
  }

  async #fill(overlay, group) {
    let shapes;
    try {
      shapes = await this.#fetched(overlay);
    } catch (error) {
      console.error("MatBang", overlay.name, error);
      group.once("add", () => this.#fill(overlay, group));
      return;
    }
    this.view.L.geoJSON(shapes, {
      pane: overlay.pane,
      renderer: this.renderers[overlay.pane],
      style: (feature) => this.#areaStyle(overlay, feature.properties),
      interactive: overlay.speaks,
      pointToLayer: (feature, latlng) => this.#place(overlay, feature.properties, latlng),
      onEachFeature: (feature, layer) => overlay.speaks && this.#speak(overlay, feature.properties, layer),
    }).addTo(group);
  }

  #areaStyle(overlay, properties) {
    const style = properties.certainty === "illustrative" ? (overlay.illustrative ?? overlay.style) : overlay.style;
    const hatch = style.hatch ? this.#hatch(overlay.pane, style) : null;
    return {
      color: style.stroke,
      weight: style.width,
      dashArray: style.dashed ? "6 5" : null,
      fill: Boolean(hatch || style.fill || overlay.speaks),
      fillColor: hatch ?? style.fill ?? "#000000",
      fillOpacity: hatch ? 0.4 : style.fill ? 0.15 : 0,
    };
  }

  /** Makes a hatch in the renderer's own drawing and returns how a fill names it. */
  #hatch(pane, { hatch, hatch_kind: kind }) {
    const id = `matbang-hatch-${pane}-${kind}-${hatch.slice(1)}`;
    const { document } = this.view;
    const renderer = this.renderers[pane];
    if (!this.map.hasLayer(renderer)) renderer.addTo(this.map);
    if (!document.getElementById(id)) {
      const pattern = document.createElementNS(SVG, "pattern");
      const attributes = { id, width: 10, height: 10, patternUnits: "userSpaceOnUse" };
      for (const [name, value] of Object.entries(attributes)) pattern.setAttribute(name, value);
      const stroke = document.createElementNS(SVG, "path");
      const falling = "M-1,-1 L11,11 M-1,9 L1,11 M9,-1 L11,1";
      const rising = "M-1,11 L11,-1 M-1,1 L1,-1 M9,11 L11,9";
      stroke.setAttribute("d", kind === "backslash" ? falling : kind === "cross" ? `${falling} ${rising}` : rising);
      stroke.setAttribute("stroke", hatch);
      stroke.setAttribute("stroke-width", "1");
      pattern.append(stroke);
      const definitions = document.createElementNS(SVG, "defs");
      definitions.append(pattern);
      renderer._container.prepend(definitions);
    }
    return `url(#${id})`;
  }

  #place(overlay, properties, latlng) {
    const { L, document } = this.view;
    const exact = isExact(properties);
    const style = exact ? overlay.style : (overlay.approximate ?? overlay.style);
    const size = this.view.matchMedia("(pointer: coarse)").matches ? 44 : 28;
    return L.marker(latlng, {
      bubblingMouseEvents: true,
      alt: properties.name,
      icon: L.divIcon({
        className: "matbang-place",
        iconSize: [size, size],
        html: symbolElement(document, { ...overlay.style, ...style }, !exact, 24),
      }),
    });
  }

  #speak(overlay, properties, layer) {
    const lines = describe({ layer: overlay.name, ...properties }, this.config.words);
    layer.on("mouseover", () => this.hover.under(layer, lines));
    layer.on("mouseout", () => this.hover.under(layer, null));
    if (properties.position && layer.getLatLng) layer.on("click", () => this.hover.say(layer.getLatLng(), lines));
  }
}

/** A place's symbol as a drawing: solid on its own point; hollow inside a dashed ring where it only stands in. */
function symbolElement(document, { symbol, fill: colour, stroke, width }, standsIn, size) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "-13 -13 26 26");
  drawing.setAttribute("width", size);
  drawing.setAttribute("height", size);
  drawing.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", Object.hasOwn(SYMBOL_PATHS, symbol) ? SYMBOL_PATHS[symbol] : SYMBOL_PATHS.circle);
  const attributes = standsIn
    ? { fill: "#FFFFFF", "fill-opacity": 0.75, stroke, "stroke-width": 1.8, transform: "scale(0.62)" }
    : { fill: colour ?? "#FFFFFF", stroke, "stroke-width": width };
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
  drawing.append(shape);
  if (standsIn) {
    const ring = document.createElementNS(SVG, "circle");
    const around = { r: 10.5, fill: "none", stroke, "stroke-width": 1.6, "stroke-dasharray": "3.2 2.6" };
    for (const [name, value] of Object.entries(around)) ring.setAttribute(name, value);
    drawing.append(ring);
  }
  return drawing;
}
