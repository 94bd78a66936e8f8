import assert from "node:assert/strict";
import { test } from "node:test";

import {
  decodeCharacter,
  decodeCodes,
  isPresent,
  isStuck,
  stageIndex,
  StatusBoard,
  statusesAddress,
  UNKNOWN,
} from "../../../layers/browser/statuses.js";

const statuses = (more = {}) => ({
  seq: 10,
  ids: [
    [3, 2],
    [7, 1],
  ],
  codes: "0dh",
  legend: { not_started: 1, handed_over: 1 },
  stuck: 1,
  ...more,
});

test("each character of the array is one parcel's status", () => {
  assert.equal(decodeCharacter("0"), 0);
  assert.equal(decodeCharacter("9"), 9);
  assert.equal(decodeCharacter("a"), 10);
  assert.equal(decodeCharacter("h"), 17);
  assert.equal(decodeCharacter(undefined), UNKNOWN);
});

test("runs of ids say whose the characters are", () => {
  const codes = decodeCodes(statuses().ids, statuses().codes);
  assert.deepEqual([...codes], [UNKNOWN, UNKNOWN, UNKNOWN, 0, 13, UNKNOWN, UNKNOWN, 17]);
});

test("a project without parcels has no statuses", () => {
  assert.equal(decodeCodes([], "").filter((code) => code !== UNKNOWN).length, 0);
});

test("a code is a stage and whether it is stuck", () => {
  for (let stage = 0; stage < 9; stage += 1) {
    assert.equal(stageIndex(stage * 2), stage);
    assert.equal(stageIndex(stage * 2 + 1), stage);
    assert.equal(isStuck(stage * 2), false);
    assert.equal(isStuck(stage * 2 + 1), true);
  }
  assert.equal(isStuck(UNKNOWN), false);
});

test("an array of 100,000 parcels is read whole", () => {
  const codes = "0123456789abcdefgh".repeat(6000).slice(0, 100000);
  const board = new StatusBoard();
  board.load({ seq: 1, ids: [[1, 100000]], codes, legend: {}, stuck: 0 }, { live: true });
  assert.equal(board.code(1), 0);
  assert.equal(board.code(100000), Number.parseInt(codes[99999], 36));
  assert.equal(board.code(100001), UNKNOWN);
});

test("a change says which parcels look different, and moves counts and seq", () => {
  const board = new StatusBoard();
  board.load(statuses(), { live: true });
  const touched = board.apply({ seq: 11, parcels: [[3, "2"], [4, "d"]], legend: { noticed: 1 }, stuck: 2 });
  assert.deepEqual(touched, [3], "parcel 4 had that status already");
  assert.equal(board.code(3), 2);
  assert.deepEqual([board.legend, board.stuck, board.seq], [{ noticed: 1 }, 2, 11]);
});

test("a change that is already in the array is not applied again", () => {
  const board = new StatusBoard();
  board.load(statuses(), { live: true });
  assert.deepEqual(board.apply({ seq: 10, parcels: [[3, "8"]], legend: {}, stuck: 0 }), []);
  assert.equal(board.code(3), 0);
});

test("nothing is applied before the array has come", () => {
  const board = new StatusBoard();
  assert.deepEqual(board.apply({ seq: 99, parcels: [[1, "2"]] }), []);
  assert.equal(board.code(1), UNKNOWN);
});

test("changes that overtook the array are applied on top of it, older ones are not", () => {
  const board = new StatusBoard();
  board.remember({ seq: 9, parcels: [[3, "c"]], legend: { old: 1 }, stuck: 0 });
  board.remember({ seq: 12, parcels: [[4, "4"]], legend: { newer: 1 }, stuck: 3 });
  board.load(statuses(), { live: true });
  assert.deepEqual([board.code(3), board.code(4), board.seq, board.stuck], [0, 4, 12, 3]);
});

test("a past day stays as it was, whatever arrives", () => {
  const board = new StatusBoard();
  board.remember({ seq: 12, parcels: [[4, "4"]], legend: {}, stuck: 3 });
  board.load(statuses(), { live: false });
  assert.deepEqual([board.code(4), board.stuck], [13, 1]);
});

test("a parcel that was not there before gets room", () => {
  const board = new StatusBoard();
  board.load(statuses(), { live: true });
  assert.deepEqual(board.apply({ seq: 11, parcels: [[5000, "6"]] }), [5000]);
  assert.deepEqual([board.code(5000), board.code(4999), board.code(7)], [6, UNKNOWN, 17]);
});

test("the address carries the day and the time of knowledge only when there are any", () => {
  assert.equal(statusesAddress("", "KTN", { asOf: null, knownAt: null }), "/api/v1/projects/KTN/statuses");
  assert.equal(
    statusesAddress("", "A/B", { asOf: "2026-03-01", knownAt: "2026-03-02T00:00:00+07:00" }),
    "/api/v1/projects/A%2FB/statuses?as_of=2026-03-01&known_at=2026-03-02T00%3A00%3A00%2B07%3A00",
  );
  assert.equal(isPresent({ asOf: null, knownAt: null }), true);
  assert.equal(isPresent({ asOf: "2026-03-01", knownAt: null }), false);
});
