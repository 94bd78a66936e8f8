import assert from "node:assert/strict";
import { test } from "node:test";

import { elect } from "../../../layers/browser/election.js";
import { LiveFeed, liveAddress } from "../../../layers/browser/live.js";
import { channels, Clock, eventSources, Locks, settle, Storage } from "./fakes.mjs";

/** One browser in which tabs are opened. */
function browser({ withLocks = true } = {}) {
  const clock = new Clock();
  const shared = {
    EventSource: eventSources(),
    BroadcastChannel: channels(),
    locks: withLocks ? new Locks() : undefined,
    storage: new Storage(),
    now: clock.now,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    setInterval: clock.setInterval,
    clearInterval: clock.clearInterval,
  };
  let tabs = 0;
  const openTab = (seq = 0, project = "KTN") => {
    tabs += 1;
    const heard = { changes: [], resyncs: 0, states: [] };
    const handlers = {
      onChange: (change) => heard.changes.push(change.seq),
      onResync: () => {
        heard.resyncs += 1;
      },
      onState: (state) => heard.states.push(state),
    };
    const feed = new LiveFeed({ base: "", project, seq, handlers, tools: { ...shared, id: `tab${tabs}` } });
    return { feed, heard };
  };
  return { clock, openTab, sources: shared.EventSource, shared };
}

test("seven tabs of a browser hold one event stream, and all hear of a change", async () => {
  const { openTab, sources } = browser();
  const tabs = Array.from({ length: 7 }, () => openTab(5));
  await settle();
  assert.equal(sources.open.length, 1);
  sources.open[0].opens();
  sources.open[0].says("change", { seq: 6, parcels: [[1, "2"]] }, 6);
  for (const { heard } of tabs) assert.deepEqual([heard.changes, heard.states], [[6], ["live"]]);
});

test("tabs of different projects do not listen to each other", async () => {
  const { openTab, sources } = browser();
  const one = openTab(1, "A");
  const other = openTab(1, "B");
  await settle();
  assert.equal(sources.open.length, 2);
  sources.open.find(({ url }) => url.includes("/A/")).says("change", { seq: 2, parcels: [] }, 2);
  assert.deepEqual([one.heard.changes, other.heard.changes], [[2], []]);
});

test("when the leading tab closes, another goes on from the last change that was heard", async () => {
  const { openTab, sources } = browser();
  const first = openTab(5);
  const second = openTab(5);
  await settle();
  sources.open[0].opens();
  sources.open[0].says("change", { seq: 9, parcels: [] }, 9);
  first.feed.close();
  await settle();
  assert.equal(sources.open.length, 1);
  assert.equal(sources.open[0].url, liveAddress("", "KTN", 9));
  sources.open[0].opens();
  sources.open[0].says("change", { seq: 12, parcels: [] }, 12);
  assert.deepEqual([first.heard.changes, second.heard.changes], [[9], [9, 12]]);
});

test("a tab that is opened later learns that the connection is live", async () => {
  const { openTab, sources } = browser();
  openTab();
  await settle();
  sources.open[0].opens();
  const late = openTab();
  assert.deepEqual(late.heard.states, ["live"]);
});

test("a broken stream is said to be lost, and found again by the browser itself", async () => {
  const { openTab, sources, clock } = browser();
  const { heard } = openTab();
  await settle();
  sources.open[0].opens();
  sources.open[0].breaks();
  clock.advance(60000);
  assert.equal(sources.made.length, 1, "the browser reconnects it, with Last-Event-ID");
  sources.open[0].opens();
  assert.deepEqual(heard.states, ["live", "lost", "live"]);
});

test("a refused stream is opened anew after longer and longer waits, from where it had come to", async () => {
  const { openTab, sources, clock } = browser();
  openTab(3);
  await settle();
  sources.open[0].opens();
  sources.open[0].says("change", { seq: 8, parcels: [] }, 8);
  for (const wait of [1000, 2000, 4000, 8000, 15000, 15000]) {
    sources.made.at(-1).breaks({ forGood: true });
    const before = sources.made.length;
    clock.advance(wait - 1);
    assert.equal(sources.made.length, before, `not before ${wait} ms`);
    clock.advance(1);
    assert.equal(sources.made.length, before + 1);
    assert.equal(sources.made.at(-1).url, liveAddress("", "KTN", 8));
  }
  sources.made.at(-1).opens();
  sources.made.at(-1).breaks({ forGood: true });
  clock.advance(1000);
  assert.equal(sources.open.length, 1, "after a success the waits begin anew");
});

test("told to fetch everything again, every tab does", async () => {
  const { openTab, sources } = browser();
  const tabs = [openTab(1), openTab(1)];
  await settle();
  sources.open[0].says("resync", { seq: 40 }, 40);
  sources.open[0].says("reload", { seq: 41 }, 41);
  for (const { heard, feed } of tabs) assert.deepEqual([heard.resyncs, feed.seq], [2, 41]);
});

test("statuses that were fetched meanwhile move the place to resume from, never back", () => {
  const { openTab } = browser();
  const { feed } = openTab(5);
  feed.reached(20);
  feed.reached(7);
  assert.equal(feed.seq, 20);
});

test("a closed tab hears nothing more", async () => {
  const { openTab, sources } = browser();
  const { feed, heard } = openTab();
  await settle();
  const [source] = sources.open;
  feed.close();
  source.says("change", { seq: 3, parcels: [] }, 3);
  assert.deepEqual(heard.changes, []);
});

test("without locks a heartbeat chooses one leader", () => {
  const { openTab, sources, clock } = browser({ withLocks: false });
  for (let tab = 0; tab < 5; tab += 1) openTab();
  clock.advance(10000);
  assert.equal(sources.open.length, 1);
});

test("without locks a silent leader is followed by another", () => {
  const { openTab, sources, clock, shared } = browser({ withLocks: false });
  shared.storage.setItem("matbang-live:KTN", JSON.stringify({ id: "crashed", at: 0 }));
  openTab();
  clock.advance(6000);
  assert.equal(sources.open.length, 0, "the other may still live");
  clock.advance(6000);
  assert.equal(sources.open.length, 1);
});

test("without locks a leader that leaves makes room at once", () => {
  const { openTab, sources, clock } = browser({ withLocks: false });
  const first = openTab();
  const second = openTab();
  clock.advance(5000);
  first.feed.close();
  second.feed.reached(4);
  clock.advance(5000);
  assert.equal(sources.open.length, 1);
  assert.equal(sources.open[0].url, liveAddress("", "KTN", 4));
});

test("a heartbeat that cannot be read, or comes from the future, does not block for ever", () => {
  for (const rubbish of ["{", "null", JSON.stringify({ id: "x", at: 1e15 })]) {
    const clock = new Clock();
    const storage = new Storage();
    storage.setItem("name", rubbish);
    let leads = 0;
    elect("name", () => (leads += 1), { storage, id: "me", ...clock });
    clock.advance(5000);
    assert.equal(leads, 1);
  }
});

test("a tab that closes while it waits for the lock never leads", async () => {
  const locks = new Locks();
  const led = [];
  const stop = elect("name", () => led.push("first"), { locks });
  const stopWaiting = elect("name", () => led.push("second"), { locks });
  await settle();
  stopWaiting();
  stop();
  await settle();
  assert.deepEqual(led, ["first"]);
});
