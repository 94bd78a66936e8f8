/*
 * The shipped basemap: sea, land, provinces, towns. It needs no tile server and is always there,
 * so that a map never shows an empty ground. Hoàng Sa and Trường Sa are part of it at every scale.
 */

import { contains, namePoint } from "./geometry.js";
import { element } from "./text.js";

const HERE_FROM = 12;

export class Basemap {
  constructor(view, map, config, names, fetchJson) {
    Object.assign(this, { view, map, config, names, fetchJson });
    this.communes = null;
    map.getContainer().style.background = config.basemap.water;
    const pane = map.createPane("matbang-base");
    pane.style.zIndex = 100;
    pane.style.pointerEvents = "none";
    this.renderer = view.L.canvas({ pane: "matbang-base", padding: 0.3 });
    const marks = map.createPane("matbang-marks");
    marks.style.zIndex = 360;
    this.marks = view.L.svg({ pane: "matbang-marks", padding: 0.3 });
    this.here = element(view.document, "div", "matbang-here");
    this.here.hidden = true;
    map.getContainer().append(this.here);
    map.on("moveend", () => this.#sayWhere());
  }

  async load() {
    const { land, provinces, towns } = this.config.basemap.urls;
    const [landShapes, provinceShapes] = await Promise.all([this.fetchJson(land), this.fetchJson(provinces)]);
    this.#areas(landShapes, this.config.basemap.land);
    this.#areas(provinceShapes, this.config.basemap.provinces);
    this.#frame(this.config.basemap.sheet);
    this.names.put("islands", this.#islands());
    this.names.put("provinces", provinceShapes.features.map(provinceName).filter(Boolean));
    const townShapes = await this.fetchJson(towns);
    this.names.put("towns", townShapes.features.map(townName).filter(Boolean));
  }

  /** Commune borders also say, close up, in which commune the middle of the map lies. */
  know(communes) {
    this.communes = communes.features;
    this.#sayWhere();
  }

  #areas(shapes, style) {
    this.view.L.geoJSON(shapes, {
      renderer: this.renderer,
      pane: "matbang-base",
      interactive: false,
      style: {
        fill: Boolean(style.fill),
        fillColor: style.fill,
        fillOpacity: 1,
        color: style.stroke,
        weight: style.width,
        smoothFactor: 0.7,
      },
    }).addTo(this.map);
  }

  /** The basemap is a sheet with an edge: beyond it nothing is drawn, which must not look like sea. */
  #frame(corners) {
    const world = [
      [-80, -180],
      [80, -180],
      [80, 300],
      [-80, 300],
    ];
    this.view.L.polygon([world, corners.map(([longitude, latitude]) => [latitude, longitude])], {
      renderer: this.renderer,
      pane: "matbang-base",
      interactive: false,
      color: "#B9C4C9",
      weight: 1,
      fillColor: "#F6F8F9",
      fillOpacity: 1,
    }).addTo(this.map);
  }

  #islands() {
    return this.config.basemap.islands.map(({ name, longitude, latitude }) => ({
      key: `islands ${name}`,
      text: name,
      point: [longitude, latitude],
      kind: "islands",
      from: 0,
      to: 9,
      weight: 1e9,
    }));
  }

  /** Where the project lies, while its parcels are too small to be seen. */
  mark([west, south, east, north], colour) {
    if (this.marked) return;
    this.marked = true;
    const ring = this.view.L.circleMarker([(south + north) / 2, (west + east) / 2], {
      renderer: this.marks,
      pane: "matbang-marks",
      interactive: false,
      radius: 16,
      color: colour,
      weight: 2,
      dashArray: "5 4",
      fill: false,
    });
    const { map } = this;
    const size = () => {
      const corner = map.latLngToLayerPoint([north, west]);
      const other = map.latLngToLayerPoint([south, east]);
      return Math.max(other.x - corner.x, other.y - corner.y);
    };
    const draw = () => (size() < 60 ? ring.addTo(map) : ring.remove());
    map.on("zoomend", draw);
    draw();
  }

  #sayWhere() {
    const { lat, lng } = this.map.getCenter();
    const near = this.communes !== null && this.map.getZoom() >= HERE_FROM;
    const commune = near ? this.communes.find(({ geometry }) => contains(geometry, [lng, lat])) : undefined;
    this.here.hidden = commune === undefined;
    if (commune) this.here.textContent = commune.properties.name;
  }
}

function provinceName({ geometry, properties }) {
  const point = namePoint(geometry);
  if (!point || !properties.name) return null;
  return { key: `province ${properties.name}`, text: properties.name, point, kind: "province", from: 6, to: 9, weight: 1e8 };
}

function townName({ geometry, properties }) {
  const point = namePoint(geometry);
  if (!point) return null;
  const weight = Number(properties.population) || 0;
  const from = weight > 100000 ? 7 : 9;
  return { key: `town ${properties.name} ${point}`, text: properties.name, point, kind: "town", from, to: 14, weight };
}

/** Names of communes, for close views. */
export function communeNames(communes) {
  return communes.features
    .map(({ geometry, properties }) => ({ point: namePoint(geometry), text: properties.name }))
    .filter(({ point, text }) => point && text)
    .map(({ point, text }) => ({ key: `commune ${text} ${point}`, text, point, kind: "commune", from: 10, to: 16, weight: 1 }));
}
