/* How a parcel looks: decided here once, drawn by the tiles and by the legend alike. */

import { UNKNOWN, isStuck, stageIndex } from "./statuses.js";

/** A parcel whose status is not known is drawn as a bare outline, never in a colour that means something. */
const BARE = Object.freeze({ fill: null, stroke: "#9AA5AB", symbol: "", hatch: null, hatchKind: "", stuck: false });

/**
 * The look of a status code. `styles` has one entry per stage, in the order of the codes; `stuck` the hatch on top.
 * A stuck parcel keeps its stage's colour; a withdrawn one is an outline and never stuck.
 */
export function lookOf(code, styles, stuck) {
  const style = code === UNKNOWN ? undefined : styles[stageIndex(code)];
  if (!style) return BARE;
  const own = {
    fill: style.fill,
    stroke: style.stroke,
    symbol: style.symbol,
    hatch: style.hatch,
    hatchKind: style.hatch_kind,
    stuck: false,
  };
  if (!isStuck(code) || style.fill === null) return own;
  return { ...own, hatch: stuck.hatch, hatchKind: "slash", stuck: true };
}

/** All looks at once: a table indexed by code, so that painting 100,000 parcels decides nothing. */
export function looksByCode(styles, stuck) {
  const looks = Array.from({ length: 256 }, () => BARE);
  for (let code = 0; code < styles.length * 2; code += 1) looks[code] = lookOf(code, styles, stuck);
  return looks;
}

/** Ink that can be read on a colour (#RRGGBB): dark on light, white on dark. */
export function inkOn(colour) {
  if (!colour) return "#1C2B33";
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? "#1C2B33" : "#FFFFFF";
}

/** Traces the strokes of a hatch over a square cell of `size`; seamless when cells lie side by side. */
export function hatchStrokes(kind, size) {
  const rising = [
    [-1, size + 1, size + 1, -1],
    [-1, 1, 1, -1],
    [size - 1, size + 1, size + 1, size - 1],
  ];
  if (kind === "slash") return rising;
  if (kind === "cross") return [...rising, ...rising.map(([x1, y1, x2, y2]) => [size - x1, y1, size - x2, y2])];
  return [];
}

/** A canvas with one cell of a hatch, to be repeated. */
export function hatchCell(kind, colour, { size = 8, width = 1.6, document: doc = globalThis.document } = {}) {
  const cell = doc.createElement("canvas");
  cell.width = size;
  cell.height = size;
  const context = cell.getContext("2d");
  context.strokeStyle = colour;
  context.lineWidth = width;
  for (const [x1, y1, x2, y2] of hatchStrokes(kind, size)) {
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
  }
  return cell;
}

/** Traces the rings of a feature as one path. */
export function tracePath(context, rings) {
  context.beginPath();
  for (const ring of rings) {
    for (let at = 0; at < ring.length; at += 1) {
      if (at === 0) context.moveTo(ring[at].x, ring[at].y);
      else context.lineTo(ring[at].x, ring[at].y);
    }
  }
}

const TURN = Math.PI * 2;

const SHAPES = {
  open_circle(context, radius) {
    context.arc(0, 0, radius, 0, TURN);
    context.stroke();
  },
  dot(context, radius) {
    context.arc(0, 0, radius * 0.55, 0, TURN);
    context.fill();
  },
  lines(context, radius) {
    for (const y of [-0.6, 0, 0.6]) {
      context.moveTo(-radius, y * radius);
      context.lineTo(radius, y * radius);
    }
    context.stroke();
  },
  quarter_disc(context, radius) {
    disc(context, radius, TURN / 4);
  },
  half_disc(context, radius) {
    disc(context, radius, TURN / 2);
  },
  square(context, radius) {
    context.rect(-radius * 0.8, -radius * 0.8, radius * 1.6, radius * 1.6);
    context.fill();
  },
  check(context, radius) {
    context.moveTo(-radius * 0.9, radius * 0.05);
    context.lineTo(-radius * 0.2, radius * 0.75);
    context.lineTo(radius, -radius * 0.75);
    context.stroke();
  },
  pause(context, radius) {
    context.rect(-radius * 0.75, -radius * 0.9, radius * 0.5, radius * 1.8);
    context.rect(radius * 0.25, -radius * 0.9, radius * 0.5, radius * 1.8);
    context.fill();
  },
};

function disc(context, radius, angle) {
  context.arc(0, 0, radius, 0, TURN);
  context.stroke();
  context.beginPath();
  context.moveTo(0, 0);
  context.arc(0, 0, radius, -TURN / 4, -TURN / 4 + angle);
  context.closePath();
  context.fill();
}

/** Draws a stage's symbol around the origin of `context`; an unknown name draws nothing. */
export function drawSymbol(context, name, radius, ink) {
  const shape = Object.hasOwn(SHAPES, name) ? SHAPES[name] : undefined;
  if (!shape) return;
  context.save();
  context.strokeStyle = ink;
  context.fillStyle = ink;
  context.lineWidth = Math.max(1.3, radius / 3);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  shape(context, radius);
  context.restore();
}
