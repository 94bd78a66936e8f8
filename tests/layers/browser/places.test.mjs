import assert from "node:assert/strict";
import { test } from "node:test";

import { contains, namePoint, withoutOverlap } from "../../../layers/browser/geometry.js";
import { parcelLines } from "../../../layers/browser/hover.js";
import { Memory } from "../../../layers/browser/memory.js";
import { describe, isExact } from "../../../layers/browser/overlays.js";
import { Page } from "../../../layers/browser/page.js";
import { countText, dayText, fill } from "../../../layers/browser/text.js";
import { tilesAddress } from "../../../layers/browser/tiles.js";
import { UNKNOWN } from "../../../layers/browser/statuses.js";
import { Storage } from "./fakes.mjs";

const WORDS = {
  parcel: "Tờ {sheet} · Thửa {number}",
  stuck: "vướng mắc",
  known_only_to: "chỉ biết đến {place}",
  illustrative_extent: "phạm vi minh hoạ",
  uncertain: "chưa chắc chắn",
};
const square = (west, south, size) => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
];

test("a point inside a hole is outside", () => {
  const shape = { type: "Polygon", coordinates: [square(0, 0, 10), square(4, 4, 2)] };
  assert.equal(contains(shape, [1, 1]), true);
  assert.equal(contains(shape, [5, 5]), false);
  assert.equal(contains(shape, [11, 5]), false);
  assert.equal(contains({ type: "MultiPolygon", coordinates: [[square(0, 0, 1)], [square(5, 5, 1)]] }, [5.5, 5.5]), true);
});

test("a name stands in the middle of the largest part", () => {
  const shape = { type: "MultiPolygon", coordinates: [[square(100, 0, 1)], [square(0, 0, 10)]] };
  assert.deepEqual(namePoint(shape), [5, 5]);
  assert.deepEqual(namePoint({ type: "Point", coordinates: [1, 2] }), [1, 2]);
  assert.equal(namePoint(null), null);
});

test("of names that cover each other the weightier one stays", () => {
  const at = (left) => ({ left, right: left + 10, top: 0, bottom: 5 });
  assert.deepEqual(withoutOverlap([at(0), at(5), at(12)]), [0, 2]);
});

test("a place says how exactly it is known", () => {
  const place = { name: "Dê lai", layer: "transfer_site", position: "district", located_by: "huyện Bắc Bình (cũ)" };
  assert.deepEqual(describe(place, WORDS), ["Dê lai", "chỉ biết đến huyện Bắc Bình (cũ)"]);
  assert.deepEqual(describe({ name: "Trường", layer: "st_site", position: "exact" }, WORDS), ["Trường"]);
  assert.equal(isExact(place), false);
  const area = { name: "Thanh long", layer: "gi_area", position: "commune", certainty: "illustrative" };
  assert.deepEqual(describe(area, WORDS), ["Thanh long", "phạm vi minh hoạ"]);
});

test("the tooltip of a parcel has sheet, number and status", () => {
  const config = { words: WORDS, stages: [{ title: "Chưa bắt đầu" }, { title: "Đã thông báo" }] };
  const parcel = { sheet: "3", number: "118" };
  assert.deepEqual(parcelLines(parcel, 2, config), ["Tờ 3 · Thửa 118", "Đã thông báo"]);
  assert.deepEqual(parcelLines(parcel, 3, config), ["Tờ 3 · Thửa 118", "Đã thông báo · vướng mắc"]);
  assert.deepEqual(parcelLines(parcel, UNKNOWN, config), ["Tờ 3 · Thửa 118"]);
});

test("a blank in a sentence takes text as it stands", () => {
  assert.equal(fill("{a} và {b}", { a: "<b>{b}</b>", b: "$&" }), "<b>{b}</b> và $&");
  assert.equal(fill("{constructor}", {}), "{constructor}");
});

test("counts and days are written in the reader's language", () => {
  assert.deepEqual([countText(12345, "vi"), countText(12345, "en")], ["12.345", "12,345"]);
  assert.deepEqual([dayText("2026-11-03", "vi"), dayText("2026-11-03", "en")], ["03/11/2026", "3 Nov 2026"]);
});

test("the address of tiles names project and version", () => {
  assert.equal(tilesAddress("", "A B", 7), "/tiles/A%20B/7/{z}/{x}/{y}.mvt");
});

test("a tab remembers view and layers of each project apart", () => {
  const storage = new Storage();
  const one = new Memory("A", storage);
  one.keepView({ lat: 11, lng: 108, zoom: 16 });
  one.keepLayers(["communes"]);
  assert.deepEqual(one.view(), { lat: 11, lng: 108, zoom: 16 });
  assert.deepEqual(one.layers(), ["communes"]);
  const other = new Memory("B", storage);
  assert.deepEqual([other.view(), other.layers()], [null, null]);
});

test("the map goes where the page asks once, and again only when it asks for something else", () => {
  const memory = new Memory("A", new Storage());
  assert.deepEqual([1, 1, 2, 1].map((west) => memory.isNewFocus([west, 0, 9, 9])), [true, false, true, true]);
});

test("a storage that holds rubbish, or none at all, costs nothing but the memory", () => {
  const storage = new Storage();
  storage.setItem("matbang:view:A", '{"lat":"x"}');
  storage.setItem("matbang:layers:A", "{");
  const memory = new Memory("A", storage);
  assert.deepEqual([memory.view(), memory.layers()], [null, null]);
  const forbidden = new Memory("A", {
    getItem: () => {
      throw new Error("denied");
    },
    setItem: () => {
      throw new Error("denied");
    },
  });
  forbidden.keepView({ lat: 1, lng: 2, zoom: 3 });
  assert.equal(forbidden.view(), null);
});

test("live figures reach the page as text, and only where they belong", () => {
  const place = (project) => ({ dataset: { matbangHeadline: project }, textContent: "" });
  const [own, foreign] = [place("A"), place("B")];
  const view = { parent: { document: { querySelectorAll: () => [own, foreign] } } };
  new Page(view, { project: "A", language: "vi" }).headline({ vi: "<b>128</b> thửa", en: "128 parcels" });
  assert.deepEqual([own.textContent, foreign.textContent], ["<b>128</b> thửa", ""]);
});

test("layers are reported to the page, which runs again only when it does not know them", () => {
  const data = { selected_layers: {}, previous_data: { selected_layers: [] } };
  const page = new Page({ __GLOBAL_DATA__: data }, {});
  const entries = [{ name: "communes", url: "" }];
  page.layers(["communes"], { known: true });
  assert.deepEqual(Object.values(data.selected_layers), entries);
  assert.deepEqual(data.previous_data.selected_layers, entries);
  page.layers([], { known: false });
  assert.deepEqual([Object.values(data.selected_layers), data.previous_data.selected_layers], [[], entries]);
});
