/*
 * The parcels: vector tiles on protomaps-leaflet, painted from the status board.
 * What a parcel looks like is decided by `drawing.js`; this module only paints, finds and repaints.
 */

import { drawSymbol, hatchCell, inkOn, looksByCode, tracePath } from "./drawing.js";

const MAX_DATA_ZOOM = 16;
const SYMBOLS_FROM = 16;
const NUMBERS_FROM = 17;
/** Below, outlines would cover the colours. */
const OUTLINES_FROM = 15;
/** A parcel of at most so many pixels is painted as its box: its shape cannot be seen, and 100,000 paths take long. */
const SPECK = 3;
/** Pixels that an outline reaches beyond its parcel. */
const REACH = 4;
/** From so many changed parcels on, repainting everything costs less than finding their tiles. */
const MANY = 400;
const RETRY_MS = 3000;
const FONT = '500 11px "Be Vietnam Pro", sans-serif';

/** Paints every parcel's stage, and the hatch over it. */
class FillPainter {
  constructor(board, looks, hatches) {
    Object.assign(this, { board, looks, hatches });
  }

  draw(context, rings, zoom, feature) {
    const look = this.looks[this.board.code(feature.props.id)];
    const { minX, minY, maxX, maxY } = feature.bbox;
    if (zoom < OUTLINES_FROM && look.fill && maxX - minX <= SPECK && maxY - minY <= SPECK) {
      const box = [minX, minY, Math.max(maxX - minX, 1), Math.max(maxY - minY, 1)];
      this.#layers(context, look, () => context.fillRect(...box));
      return;
    }
    tracePath(context, rings);
    this.#layers(context, look, () => context.fill());
    if (zoom < OUTLINES_FROM && look.fill) return;
    context.globalAlpha = 1;
    context.strokeStyle = look.stroke;
    context.lineWidth = 0.7;
    if (!look.fill) context.setLineDash([3, 2]);
    context.stroke();
    if (!look.fill) context.setLineDash([]);
  }

  #layers(context, look, paint) {
    if (look.fill) {
      context.fillStyle = look.fill;
      paint();
    }
    if (look.hatch) {
      context.fillStyle = this.hatches.pattern(context, look.hatchKind, look.hatch);
      paint();
    }
  }
}

/** The red outline of stuck parcels, painted after all fills so that no neighbour covers half of it. */
class StuckPainter {
  constructor(board, looks, stuck) {
    Object.assign(this, { board, looks, stuck });
  }

  draw(context, rings, zoom, feature) {
    if (!this.looks[this.board.code(feature.props.id)].stuck) return;
    tracePath(context, rings);
    context.globalAlpha = 1;
    context.strokeStyle = this.stuck.stroke;
    context.lineWidth = zoom < 14 ? 0.8 : 1.6;
    context.stroke();
  }
}

/** The selected parcel: an outline on top, dark on white, whatever colour lies under it. */
class SelectionPainter {
  draw(context, rings) {
    context.globalAlpha = 1;
    context.lineJoin = "round";
    for (const [colour, width] of [
      ["#FFFFFF", 6],
      ["#12344D", 3],
    ]) {
      tracePath(context, rings);
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
  }
}

/** The stage's symbol at the label point; asks the board when it draws, so a live change needs no new layout. */
class SymbolLabel {
  constructor(board, looks) {
    Object.assign(this, { board, looks });
  }

  place(layout, geometry, feature) {
    const anchor = geometry[0][0];
    const radius = layout.zoom >= 18 ? 7 : 5;
    return [
      {
        anchor,
        bboxes: [box(anchor, radius + 1, -radius - 1, radius + 1)],
        draw: (context) => {
          const look = this.looks[this.board.code(feature.props.id)];
          if (look.stuck) backing(context, look.fill, radius + 2.5);
          drawSymbol(context, look.symbol, radius, inkOn(look.fill));
        },
      },
    ];
  }
}

/** A plain ground for a symbol that stands on a hatch. */
function backing(context, colour, radius) {
  context.beginPath();
  context.arc(0, 0, radius, 0, Math.PI * 2);
  context.fillStyle = colour;
  context.fill();
}

/** Sheet and number below the symbol, where they fit. */
class NumberLabel {
  constructor(board, looks) {
    Object.assign(this, { board, looks });
  }

  place(layout, geometry, feature) {
    const anchor = geometry[0][0];
    const text = `${feature.props.sheet}/${feature.props.number}`;
    const drop = layout.zoom >= 18 ? 18 : 15;
    layout.scratch.font = FONT;
    const half = layout.scratch.measureText(text).width / 2 + 2;
    // A label has to lie off its own symbol: that one is in the index already.
    return [
      {
        anchor,
        bboxes: [box(anchor, half, drop - 8, drop + 5)],
        draw: (context) => {
          const look = this.looks[this.board.code(feature.props.id)];
          const ink = inkOn(look.fill);
          context.font = FONT;
          context.textAlign = "center";
          context.textBaseline = "middle";
          context.lineJoin = "round";
          context.lineWidth = 3;
          context.strokeStyle = look.fill ?? "#FFFFFF";
          context.strokeText(text, 0, drop - 1);
          context.fillStyle = ink;
          context.fillText(text, 0, drop - 1);
        },
      },
    ];
  }
}

function box(anchor, half, top, bottom) {
  return { minX: anchor.x - half, maxX: anchor.x + half, minY: anchor.y + top, maxY: anchor.y + bottom };
}

/** A canvas does not wait for a font by itself; where the font is missing another one does. */
async function fontReady(view) {
  await view.document.fonts.load(FONT, "Tờ thửa 0123456789").catch(() => undefined);
  return { status: "fulfilled" };
}

/** Hatches as canvas patterns, made once. */
class Hatches {
  constructor(document) {
    this.document = document;
    this.made = new Map();
  }

  pattern(context, kind, colour) {
    const key = `${kind} ${colour}`;
    if (!this.made.has(key)) {
      this.made.set(key, context.createPattern(hatchCell(kind, colour, { document: this.document }), "repeat"));
    }
    return this.made.get(key);
  }
}

/** Ids of the parcels that a data tile holds, each with its boxes; computed once per tile. */
function boxesOf(index, data) {
  let boxes = index.get(data);
  if (!boxes) {
    boxes = new Map();
    for (const feature of data.get("parcels") ?? []) {
      const known = boxes.get(feature.props.id);
      if (known) known.push(feature.bbox);
      else boxes.set(feature.props.id, [feature.bbox]);
    }
    index.set(data, boxes);
  }
  return boxes;
}

/** Whether any of the boxes, in data-tile pixels, reaches into a display tile. */
export function touchesTile(boxes, transform, coords) {
  const west = coords.x * 256 - REACH;
  const north = coords.y * 256 - REACH;
  const size = 256 + 2 * REACH;
  return boxes.some((bbox) => {
    const left = transform.origin.x + bbox.minX * transform.scale;
    const right = transform.origin.x + bbox.maxX * transform.scale;
    const top = transform.origin.y + bbox.minY * transform.scale;
    const bottom = transform.origin.y + bbox.maxY * transform.scale;
    return right >= west && left <= west + size && bottom >= north && top <= north + size;
  });
}

export class ParcelLayer {
  /** `ready` is awaited before anything is painted, so that parcels never show without their status. */
  constructor(view, { url, config, board, ready }) {
    this.view = view;
    this.board = board;
    this.selected = null;
    this.boxes = new WeakMap();
    const looks = looksByCode(config.stages, config.stuck);
    const on = (dataLayer, symbolizer, more = {}) => ({ dataLayer, symbolizer, ...more });
    this.layer = view.protomapsL.leafletLayer({
      url,
      maxDataZoom: MAX_DATA_ZOOM,
      maxZoom: 21,
      attribution: "",
      tasks: [ready, fontReady(view)],
      tileDelay: 1,
      lang: config.language,
      paintRules: [
        on("parcels", new FillPainter(board, looks, new Hatches(view.document))),
        on("parcels", new StuckPainter(board, looks, config.stuck)),
        on("parcels", new SelectionPainter(), { filter: (_zoom, feature) => feature.props.id === this.selected }),
      ],
      labelRules: [
        on("labels", new SymbolLabel(board, looks), { minzoom: SYMBOLS_FROM }),
        on("labels", new NumberLabel(board, looks), { minzoom: NUMBERS_FROM }),
      ],
    });
    this.#retryFailedTiles();
  }

  addTo(map) {
    this.layer.addTo(map);
    return this;
  }

  remove() {
    this.layer.remove();
  }

  /** Sheet, number and id of the parcel at a point, or null; only what is loaded is searched. */
  at(latlng) {
    const found = this.layer.queryTileFeaturesDebug(latlng.lng, latlng.lat, 0).get("") ?? [];
    const hit = found.find(({ layerName }) => layerName === "parcels");
    return hit ? hit.feature.props : null;
  }

  select(id) {
    if (id === this.selected) return;
    const touched = [this.selected, id].filter((one) => one !== null);
    this.selected = id;
    this.repaint(touched);
  }

  /** Repaints the tiles that show these parcels, and no others. */
  repaint(ids) {
    if (ids.length >= MANY) {
      this.layer.rerenderTiles();
      return;
    }
    for (const key of this.tilesOf(ids)) this.layer.rerenderTile(key);
  }

  repaintAll() {
    this.layer.rerenderTiles();
  }

  tilesOf(ids) {
    const source = this.layer.views.get("");
    const keys = new Set();
    for (const tile of Object.values(this.layer._tiles ?? {})) {
      const coords = this.layer._wrapCoords(tile.coords);
      const transform = source.dataTileForDisplayTile(coords);
      const { x, y, z } = transform.dataTile;
      const entry = source.tileCache.cache.get(`${x}:${y}:${z}`);
      if (!entry) continue;
      const boxes = boxesOf(this.boxes, entry.data);
      if (ids.some((id) => boxes.has(id) && touchesTile(boxes.get(id), transform, coords))) {
        keys.add(this.layer._tileCoordsToKey(coords));
      }
    }
    return keys;
  }

  /** A tile that failed stays blank in the library; it is asked for again after a while. */
  #retryFailedTiles() {
    const cache = this.layer.views.get("").tileCache;
    const source = cache.source;
    let timer = null;
    cache.source = {
      get: (coords, size) =>
        source.get(coords, size).catch((error) => {
          if (error.name !== "AbortError" && timer === null) {
            timer = this.view.setTimeout(() => {
              timer = null;
              this.layer.rerenderTiles();
            }, RETRY_MS);
          }
          throw error;
        }),
    };
  }
}
