/* The legend with counts, and the small line that says whether the map is live. */

import { drawSymbol, hatchCell, inkOn } from "./drawing.js";
import { countText, dayText, element, fill } from "./text.js";

const WIDTH = 26;
const HEIGHT = 18;

/**
 * Rows of the legend: every stage of the work with its count, those outside the work only when there are any,
 * and the stuck ones beside the stages, never as one of them. `count` null means not known yet.
 */
export function legendRows(config, board) {
  const count = (name) => (board.loaded ? (board.legend[name] ?? 0) : null);
  const rows = config.stages
    .map((style) => ({ key: style.name, title: style.title, count: count(style.name), style }))
    .filter(({ style, count: found }) => !style.outside || found > 0);
  const stuck = { key: "stuck", title: config.stuck.title, count: board.loaded ? board.stuck : null, style: config.stuck };
  return [...rows, stuck];
}

function drawLine(context, style) {
  context.strokeStyle = style.stroke;
  context.lineWidth = style.width;
  if (style.dashed) context.setLineDash([6, 3]);
  context.beginPath();
  context.moveTo(1, HEIGHT / 2);
  context.lineTo(WIDTH - 1, HEIGHT / 2);
  context.stroke();
}

/** One swatch as the parcels are drawn. */
function swatch(view, style) {
  const canvas = element(view.document, "canvas", "matbang-swatch");
  const ratio = view.devicePixelRatio || 1;
  canvas.width = WIDTH * ratio;
  canvas.height = HEIGHT * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  if (style.symbol === "line") {
    drawLine(context, style);
    return canvas;
  }
  const area = [1, 1, WIDTH - 2, HEIGHT - 2];
  context.fillStyle = style.fill ?? "#FFFFFF";
  context.fillRect(...area);
  if (style.hatch) {
    context.fillStyle = context.createPattern(hatchCell(style.hatch_kind, style.hatch), "repeat");
    context.fillRect(...area);
  }
  context.strokeStyle = style.stroke;
  context.lineWidth = style.width;
  if (!style.fill && !style.hatch) context.setLineDash([3, 2]);
  context.strokeRect(...area);
  context.translate(WIDTH / 2, HEIGHT / 2);
  drawSymbol(context, style.symbol, 5, inkOn(style.fill));
  return canvas;
}

export class Legend {
  constructor(view, map, { config, board, memory }) {
    Object.assign(this, { view, config, board, memory });
    const control = view.L.control({ position: "bottomleft" });
    control.onAdd = () => this.#build();
    control.addTo(map);
    this.update();
  }

  #build() {
    const { document, L } = this.view;
    const { words } = this.config;
    const box = element(document, "section", "matbang-legend leaflet-bar");
    this.box = box;
    const head = element(document, "button", "matbang-legend-head");
    head.type = "button";
    head.append(element(document, "span", "matbang-legend-title", words.legend));
    if (this.config.illustrative) head.append(element(document, "span", "matbang-made-up", words.illustrative));
    this.rows = element(document, "div");
    this.body = element(document, "div", "matbang-legend-rows");
    this.body.append(this.rows, this.#key(this.config.boundary));
    box.append(head, this.body);
    L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
    box.addEventListener("click", (event) => event.stopPropagation()); // two taps on it are no double tap on the map
    const narrow = this.view.innerWidth < 560;
    this.#fold(head, this.memory.folded("legend") ?? narrow);
    head.addEventListener("click", () => {
      this.#fold(head, !this.body.hidden);
      this.memory.keepFolded("legend", this.body.hidden);
    });
    return box;
  }

  get open() {
    return !this.body.hidden;
  }

  #fold(head, folded) {
    this.body.hidden = folded;
    head.setAttribute("aria-expanded", String(!folded));
  }

  /** Draws rows anew when their set changes, else only the counts. */
  update() {
    const rows = legendRows(this.config, this.board);
    const keys = rows.map(({ key }) => key).join(" ");
    if (keys !== this.keys) {
      this.keys = keys;
      this.counts = new Map();
      this.rows.replaceChildren(...rows.map((row) => this.#row(row)));
    }
    for (const { key, count } of rows) {
      this.counts.get(key).textContent = count === null ? "" : countText(count, this.config.language);
    }
  }

  /** A line of the legend that counts nothing. */
  #key(style) {
    const { document } = this.view;
    const key = element(document, "div", "matbang-legend-key");
    key.append(swatch(this.view, style), element(document, "span", "matbang-legend-name", style.title));
    return key;
  }

  #row({ key, title, style }) {
    const { document } = this.view;
    const row = element(document, "div", "matbang-legend-row");
    row.dataset.stage = key;
    const count = element(document, "span", "matbang-count");
    this.counts.set(key, count);
    row.append(swatch(this.view, style), element(document, "span", "matbang-legend-name", title), count);
    return row;
  }
}

/** Says "live", "connection lost" or which past day is shown. */
export class LiveSign {
  constructor(view, map, config) {
    this.config = config;
    const control = view.L.control({ position: "bottomright" });
    this.box = element(view.document, "div", "matbang-live");
    this.text = element(view.document, "span");
    this.box.append(element(view.document, "span", "matbang-live-dot"), this.text);
    this.box.setAttribute("role", "status");
    control.onAdd = () => this.box;
    control.addTo(map);
  }

  /** `state`: live, lost, or past with the day (ISO) that is shown. */
  show(state, day = null) {
    const { words, language } = this.config;
    const text = state === "past" ? fill(words.as_of, { day: dayText(day, language) }) : words[state];
    this.box.dataset.state = state;
    this.text.textContent = text;
    return text;
  }
}
