/*
 * Live changes of one project: one event stream per browser, shared by all its tabs.
 * The tab that leads reads the stream and passes every event on; the others listen to it.
 */

import { elect } from "./election.js";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15000;

/** The address of the stream, resumed after the entry that was seen last. */
export function liveAddress(base, project, seq) {
  return `${base}/api/v1/projects/${encodeURIComponent(project)}/live?last_event_id=${seq}`;
}

export class LiveFeed {
  /**
   * `handlers`: onChange(change), onResync() when statuses or tiles are to be fetched anew, onState("live" | "lost").
   * `tools`: EventSource, BroadcastChannel, setTimeout, clearTimeout, and those of `elect`.
   */
  constructor({ base, project, seq, handlers, tools }) {
    this.base = base;
    this.project = project;
    this.seq = seq;
    this.handlers = handlers;
    this.tools = tools;
    this.state = "lost";
    this.wait = FIRST_WAIT_MS;
    this.source = null;
    this.timer = null;
    this.leads = false;
    this.closed = false;
    this.channel = new tools.BroadcastChannel(`matbang:${project}`);
    this.channel.onmessage = (event) => this.#heard(event.data);
    this.channel.postMessage({ kind: "ask" });
    this.stepDown = elect(`matbang-live:${project}`, () => this.#lead(), tools);
  }

  /** Tells the feed how far the statuses that were just fetched reach. */
  reached(seq) {
    this.seq = Math.max(this.seq, seq);
  }

  close() {
    this.closed = true;
    this.tools.clearTimeout(this.timer);
    this.source?.close();
    this.stepDown();
    this.channel.close();
  }

  #lead() {
    if (this.closed) return;
    this.leads = true;
    this.#connect();
  }

  #connect() {
    if (this.closed) return;
    const source = new this.tools.EventSource(liveAddress(this.base, this.project, this.seq));
    this.source = source;
    source.addEventListener("open", () => {
      this.wait = FIRST_WAIT_MS;
      this.#passOn({ kind: "state", state: "live" });
    });
    source.addEventListener("change", (event) => this.#passOn({ kind: "change", change: JSON.parse(event.data) }));
    for (const kind of ["resync", "reload"]) {
      source.addEventListener(kind, (event) => this.#passOn({ kind, seq: Number(event.lastEventId) || 0 }));
    }
    source.addEventListener("error", () => this.#failed(source));
  }

  /** A broken stream reconnects by itself, with Last-Event-ID; a refused one is closed for good and tried anew. */
  #failed(source) {
    this.#passOn({ kind: "state", state: "lost" });
    if (this.closed || source !== this.source || source.readyState !== 2) return;
    this.source = null;
    this.timer = this.tools.setTimeout(() => this.#connect(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  #passOn(message) {
    if (this.closed) return;
    this.channel.postMessage(message);
    this.#take(message);
  }

  #heard(message) {
    if (this.closed) return;
    if (message.kind !== "ask") this.#take(message);
    else if (this.leads) this.channel.postMessage({ kind: "state", state: this.state });
  }

  #take(message) {
    if (message.kind === "change") {
      this.reached(message.change.seq);
      this.handlers.onChange(message.change);
    } else if (message.kind === "resync" || message.kind === "reload") {
      this.reached(message.seq);
      this.handlers.onResync();
    } else if (message.kind === "state" && message.state !== this.state) {
      this.state = message.state;
      this.handlers.onState(message.state);
    }
  }
}

/** The tools of a real browser window. */
export function browserTools(view) {
  return {
    EventSource: view.EventSource,
    BroadcastChannel: view.BroadcastChannel,
    locks: view.navigator.locks,
    storage: view.localStorage,
    now: () => Date.now(),
    setInterval: (call, ms) => view.setInterval(call, ms),
    clearInterval: (timer) => view.clearInterval(timer),
    setTimeout: (call, ms) => view.setTimeout(call, ms),
    clearTimeout: (timer) => view.clearTimeout(timer),
    id: Math.random().toString(36).slice(2),
  };
}
