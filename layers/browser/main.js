/*
 * Puts the map together: view, basemap, parcels, overlays, legend, live changes. One map per frame.
 * Python writes constants only into the map's script; all that changes arrives by `apply` and by the live feed.
 */

import { Basemap } from "./basemap.js";
import { Hover } from "./hover.js";
import { Legend, LiveSign } from "./legend.js";
import { browserTools, LiveFeed } from "./live.js";
import { Memory } from "./memory.js";
import { NameLayer } from "./names.js";
import { Overlays } from "./overlays.js";
import { ParcelLayer } from "./parcels.js";
import { Page } from "./page.js";
import { isPresent, StatusBoard, statusesAddress } from "./statuses.js";
import { TileWatch } from "./tiles.js";

const RETRY_MS = 3000;
/** Pixels between what is fitted into view and the map's edge. */
const MARGIN = 24;
let started = null;
let waiting = null;

export function start(map, config, view) {
  started = new MapView(map, config, view, waiting?.layers ?? null);
  if (waiting) started.apply(waiting);
  waiting = null;
  return started;
}

export function apply(message) {
  if (started) started.apply(message);
  else waiting = message;
}

const NOTHING_SAID = { selected: null, as_of: null, known_at: null, focus: null, layers: null, preview: null };

class MapView {
  constructor(map, config, view, chosen) {
    Object.assign(this, { map, config, view });
    this.message = NOTHING_SAID;
    this.asking = 0;
    this.board = new StatusBoard();
    this.page = new Page(view, config);
    this.memory = new Memory(config.project, view.sessionStorage);
    this.#prepareMap();
    const names = new NameLayer(view, map);
    const fetchJson = (address) => this.#fetchJson(address);
    this.basemap = new Basemap(view, map, config, names, fetchJson);
    this.hover = new Hover(view, map, config, this.board);
    this.overlays = new Overlays(view, map, {
      config,
      names,
      basemap: this.basemap,
      memory: this.memory,
      hover: this.hover,
      page: this.page,
      chosen,
      fetchJson,
    });
    if (config.project) this.#watchProject();
    if (this.fitting) this.#keepFitting();
    this.basemap.load().catch((error) => console.error("MatBang basemap", error));
    view.document.documentElement.dataset.matbang = "started";
  }

  /** Takes what the page says; only what differs from before is acted on. */
  apply(message) {
    const before = this.message;
    this.message = { ...NOTHING_SAID, ...message };
    this.parcels?.select(this.message.selected);
    if (this.message.focus && this.memory.isNewFocus(this.message.focus)) {
      this.stopFitting?.();
      this.#fit(this.message.focus);
    }
    const { layers } = this.message;
    if (layers && JSON.stringify(layers) !== JSON.stringify(before.layers)) this.overlays.choose(layers);
    if (JSON.stringify(this.message.preview) !== JSON.stringify(before.preview)) this.#preview();
    if (!this.config.project) return;
    if (this.message.as_of !== before.as_of || this.message.known_at !== before.known_at) this.#loadStatuses();
    this.tiles.look();
  }

  get #moment() {
    return { asOf: this.message.as_of, knownAt: this.message.known_at };
  }

  #prepareMap() {
    const { map, config, view } = this;
    map.invalidateSize({ pan: false });
    const [coarsest, finest] = config.zooms;
    map.setMinZoom(coarsest).setMaxZoom(finest).setMaxBounds(config.limits);
    map.attributionControl.setPrefix(false).addAttribution(config.attribution);
    view.L.control.scale({ metric: true, imperial: false, position: "bottomright" }).addTo(map);
    const kept = config.project ? this.memory.view() : null; // a preview shows its own file, not the one before
    if (kept) map.setView([kept.lat, kept.lng], kept.zoom, { animate: false });
    else this.#fit(config.bounds, false);
    this.fitting = !kept;
    // A frame that is being taken away shrinks to nothing: what it would "see" then must not be remembered.
    const hidden = () => map.getContainer().clientWidth === 0 || map.getContainer().clientHeight === 0;
    new view.ResizeObserver(() => hidden() || map.invalidateSize({ pan: false })).observe(map.getContainer());
    map.on("moveend", () => {
      if (!config.project || hidden()) return;
      const { lat, lng } = map.getCenter();
      const seen = map.getBounds();
      const edges = [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()];
      this.memory.keepView({ lat, lng, zoom: map.getZoom(), edges });
    });
  }

  /** Fits the project into view again when legend and frame have their sizes, until somebody moves the map. */
  #keepFitting() {
    const { map } = this;
    const refit = () => this.#fit(this.config.bounds, false);
    const stop = () => map.off("resize", refit);
    this.stopFitting = stop;
    refit();
    map.on("resize", refit);
    map.once("dragstart", stop);
    map.getContainer().addEventListener("wheel", stop, { once: true, passive: true });
    map.getContainer().addEventListener("pointerdown", stop, { once: true });
  }

  #fit([west, south, east, north], animate = true) {
    const bounds = [
      [south, west],
      [north, east],
    ];
    this.map.fitBounds(bounds, { padding: [MARGIN, MARGIN], maxZoom: 18, animate });
    if (!animate) this.#clearOfLegend(bounds);
  }

  /** Moves what was fitted into view as far as it goes from under the open legend, at the lower left. */
  #clearOfLegend([southWest, northEast]) {
    const { map } = this;
    if (!this.legend?.open) return;
    const legend = this.legend.box;
    const lowerLeft = map.latLngToContainerPoint(southWest);
    const upperRight = map.latLngToContainerPoint(northEast);
    const size = map.getSize();
    const under = lowerLeft.x < legend.offsetWidth + MARGIN && lowerLeft.y > size.y - legend.offsetHeight - MARGIN;
    if (!under) return;
    const right = Math.min(size.x - MARGIN - upperRight.x, legend.offsetWidth + MARGIN - lowerLeft.x);
    const up = Math.min(upperRight.y - MARGIN, lowerLeft.y - (size.y - legend.offsetHeight - MARGIN));
    map.panBy([-Math.max(right, 0), Math.max(up, 0)], { animate: false });
  }

  #watchProject() {
    const { view, map, config, board } = this;
    this.legend = new Legend(view, map, { config, board, memory: this.memory });
    this.sign = new LiveSign(view, map, config);
    let known;
    const ready = new Promise((resolve) => {
      known = resolve;
    });
    this.#loadStatuses().finally(() => known({ status: "fulfilled" }));
    this.tiles = new TileWatch(view, map, config, (url) => this.#showParcels(url, ready));
    this.tiles.look();
    view.addEventListener("pagehide", () => this.feed?.close());
    view.addEventListener("pageshow", (event) => event.persisted && this.#listen());
  }

  #showParcels(url, ready) {
    this.parcels?.remove();
    this.parcels = new ParcelLayer(this.view, { url, config: this.config, board: this.board, ready }).addTo(this.map);
    this.parcels.select(this.message.selected);
    this.hover.parcels = this.parcels;
    this.#showBoundary().catch((error) => console.error("MatBang boundary", error));
  }

  /** The project's boundary, always on top; and a ring around it while it is too small to be seen. */
  async #showBoundary() {
    const { boundary, bounds } = this.config;
    const shapes = await this.#fetchJson(boundary.url);
    this.boundary?.remove();
    this.boundary = this.view.L.geoJSON(shapes, {
      pane: "matbang-marks",
      renderer: this.basemap.marks,
      interactive: false,
      style: { color: boundary.stroke, weight: boundary.width, dashArray: "8 5", fill: false },
    }).addTo(this.map);
    if (shapes.features.length > 0) this.basemap.mark(bounds, boundary.stroke);
  }

  async #loadStatuses() {
    const asked = ++this.asking;
    const moment = this.#moment;
    let statuses;
    try {
      statuses = await this.#fetchJson(statusesAddress(this.config.base, this.config.project, moment));
    } catch (error) {
      console.error("MatBang statuses", error);
      this.view.setTimeout(() => asked === this.asking && this.#loadStatuses(), RETRY_MS);
      return;
    }
    if (asked !== this.asking) return;
    this.board.load(statuses, { live: isPresent(moment) });
    this.legend.update();
    this.parcels?.repaintAll();
    this.feed?.reached(statuses.seq);
    if (isPresent(moment)) this.page.headline(statuses.headline_text);
    this.#showSign();
    if (!this.feed) this.#listen();
  }

  #listen() {
    this.feed?.close();
    this.feed = new LiveFeed({
      base: this.config.base,
      project: this.config.project,
      seq: this.board.seq,
      tools: browserTools(this.view),
      handlers: {
        onChange: (change) => this.#changed(change),
        onResync: () => this.#resync(),
        onState: () => this.#showSign(),
      },
    });
  }

  /** A live change: kept in any case, drawn only while the present is shown. */
  #changed(change) {
    this.board.remember(change);
    if (!isPresent(this.#moment)) return;
    const touched = this.board.apply(change);
    this.legend.update();
    this.page.headline(change.headline_text);
    this.parcels?.repaint(touched);
    this.hover.refresh();
  }

  #resync() {
    this.tiles.look();
    if (isPresent(this.#moment)) this.#loadStatuses();
  }

  #showSign() {
    if (isPresent(this.#moment)) this.page.live(this.sign.show(this.feed?.state ?? "lost"));
    else this.page.live(this.sign.show("past", this.message.as_of ?? this.message.known_at.slice(0, 10)));
  }

  #preview() {
    this.previewLayer?.remove();
    this.previewLayer = null;
    if (!this.message.preview) return;
    this.previewLayer = this.view.L.geoJSON(this.message.preview, {
      renderer: this.view.L.canvas({ padding: 0.3 }),
      interactive: false,
      style: { color: this.config.preview.stroke, weight: 1.2, fillColor: this.config.preview.fill, fillOpacity: 0.6 },
    }).addTo(this.map);
  }

  async #fetchJson(address) {
    const answer = await this.view.fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.json();
  }
}
