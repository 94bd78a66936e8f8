import assert from "node:assert/strict";
import { test } from "node:test";

import { drawSymbol, hatchStrokes, inkOn, lookOf, looksByCode } from "../../../layers/browser/drawing.js";
import { legendRows } from "../../../layers/browser/legend.js";
import { touchesTile } from "../../../layers/browser/parcels.js";
import { StatusBoard, UNKNOWN } from "../../../layers/browser/statuses.js";

const plain = (name, fill, more = {}) => ({
  name,
  title: name,
  fill,
  stroke: "#555555",
  symbol: "dot",
  hatch: null,
  hatch_kind: "",
  outside: false,
  ...more,
});
const STAGES = [
  plain("not_started", "#F3F0E4"),
  plain("handed_over", "#0B5345"),
  plain("suspended", "#8C8C96", { hatch: "#5A5A64", hatch_kind: "cross", outside: true }),
  plain("withdrawn", null, { symbol: "", outside: true }),
];
const STUCK = { title: "stuck", stroke: "#C8321F", hatch: "#C8321F", hatch_kind: "slash" };

test("a stuck parcel keeps its stage's colour under a red hatch", () => {
  const look = lookOf(3, STAGES, STUCK);
  assert.deepEqual([look.fill, look.hatch, look.hatchKind, look.stuck], ["#0B5345", "#C8321F", "slash", true]);
  assert.equal(lookOf(2, STAGES, STUCK).hatch, null);
});

test("a suspended parcel is hatched crosswise, in red when it is stuck as well", () => {
  assert.deepEqual([lookOf(4, STAGES, STUCK).hatchKind, lookOf(4, STAGES, STUCK).hatch], ["cross", "#5A5A64"]);
  assert.deepEqual([lookOf(5, STAGES, STUCK).hatchKind, lookOf(5, STAGES, STUCK).fill], ["slash", "#8C8C96"]);
});

test("a withdrawn parcel is an outline and never stuck", () => {
  for (const code of [6, 7]) {
    const look = lookOf(code, STAGES, STUCK);
    assert.deepEqual([look.fill, look.hatch, look.stuck], [null, null, false]);
  }
});

test("a parcel without a known status has no colour that means something", () => {
  for (const code of [UNKNOWN, 8, 200]) assert.equal(lookOf(code, STAGES, STUCK).fill, null);
});

test("the table of looks says the same as asking for each", () => {
  const looks = looksByCode(STAGES, STUCK);
  for (let code = 0; code < 256; code += 1) assert.deepEqual(looks[code], lookOf(code, STAGES, STUCK));
});

test("symbols can be read on light and dark colours", () => {
  assert.equal(inkOn("#F3F0E4"), "#1C2B33");
  assert.equal(inkOn("#0B5345"), "#FFFFFF");
  assert.equal(inkOn(null), "#1C2B33");
});

test("a hatch is drawn in strokes, a cross in twice as many", () => {
  assert.equal(hatchStrokes("slash", 8).length, 3);
  assert.equal(hatchStrokes("cross", 8).length, 6);
  assert.equal(hatchStrokes("", 8).length, 0);
  for (const [x1, y1, x2, y2] of hatchStrokes("slash", 8)) assert.ok((y2 - y1) * (x2 - x1) < 0, "rises to the right");
});

test("every stage's symbol is a drawn shape, and an unknown name draws nothing", () => {
  const drawn = (name) => {
    const calls = [];
    const note = (what) => () => calls.push(what);
    const context = Object.fromEntries(
      ["save", "restore", "beginPath", "closePath", "moveTo", "lineTo", "arc", "rect", "stroke", "fill"].map((what) => [
        what,
        note(what),
      ]),
    );
    drawSymbol(context, name, 5, "#000000");
    return calls.filter((what) => what === "stroke" || what === "fill").length;
  };
  const names = ["open_circle", "dot", "lines", "quarter_disc", "half_disc", "square", "check", "pause"];
  for (const name of names) assert.ok(drawn(name) > 0, name);
  for (const name of ["", "star", "constructor"]) assert.equal(drawn(name), 0);
});

test("the legend has every stage of the work, and those outside only when there are any", () => {
  const board = new StatusBoard();
  const config = { stages: STAGES, stuck: STUCK };
  assert.deepEqual(
    legendRows(config, board).map(({ key, count }) => [key, count]),
    [["not_started", null], ["handed_over", null], ["stuck", null]],
  );
  const legend = { not_started: 2, handed_over: 1, withdrawn: 4 };
  board.load({ seq: 1, ids: [[1, 7]], codes: "0026666", legend, stuck: 0 }, { live: true });
  assert.deepEqual(
    legendRows(config, board).map(({ key, count }) => [key, count]),
    [["not_started", 2], ["handed_over", 1], ["withdrawn", 4], ["stuck", 0]],
  );
  board.apply({ seq: 2, parcels: [[1, "3"]], legend: { not_started: 1, handed_over: 2, withdrawn: 4 }, stuck: 1 });
  assert.deepEqual(legendRows(config, board).map(({ count }) => count), [1, 2, 4, 1]);
});

test("a change repaints only the tiles that its parcel reaches into", () => {
  const transform = { origin: { x: 512, y: 512 }, scale: 1 };
  const inside = { minX: 20, maxX: 60, minY: 20, maxY: 60 };
  const across = { minX: 240, maxX: 270, minY: 20, maxY: 60 };
  const at = (x, y) => ({ x, y, z: 3 });
  assert.equal(touchesTile([inside], transform, at(2, 2)), true);
  assert.equal(touchesTile([inside], transform, at(3, 2)), false);
  assert.equal(touchesTile([inside], transform, at(2, 3)), false);
  assert.equal(touchesTile([across], transform, at(2, 2)) && touchesTile([across], transform, at(3, 2)), true);
  assert.equal(touchesTile([{ ...inside, maxX: 254 }], transform, at(3, 2)), true, "its outline reaches over");
  const magnified = { origin: { x: 0, y: 0 }, scale: 4 };
  assert.equal(touchesTile([inside], magnified, at(0, 0)), true);
  assert.equal(touchesTile([{ minX: 100, maxX: 120, minY: 10, maxY: 20 }], magnified, at(0, 0)), false);
  assert.equal(touchesTile([{ minX: 100, maxX: 120, minY: 10, maxY: 20 }], magnified, at(1, 0)), true);
});
