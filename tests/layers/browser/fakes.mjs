/* Stand-ins for a browser's own tools, faithful in what our modules use of them. */

/** A clock that is wound by hand; timers run in their order. */
export class Clock {
  constructor() {
    this.time = 0;
    this.timers = [];
    this.last = 0;
  }

  now = () => this.time;
  setTimeout = (call, ms) => this.#add(call, ms, null);
  setInterval = (call, ms) => this.#add(call, ms, ms);
  clearTimeout = (id) => {
    this.timers = this.timers.filter((timer) => timer.id !== id);
  };
  clearInterval = this.clearTimeout;

  #add(call, ms, every) {
    this.last += 1;
    this.timers.push({ id: this.last, at: this.time + ms, call, every });
    return this.last;
  }

  advance(ms) {
    const until = this.time + ms;
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= until).sort((one, other) => one.at - other.at)[0];
      if (!due) break;
      this.time = due.at;
      if (due.every === null) this.clearTimeout(due.id);
      else due.at += due.every;
      due.call();
    }
    this.time = until;
  }
}

export class Storage {
  constructor() {
    this.items = new Map();
  }

  getItem = (name) => this.items.get(name) ?? null;
  setItem = (name, value) => void this.items.set(name, String(value));
  removeItem = (name) => void this.items.delete(name);
}

/** navigator.locks of one browser: one holder for each name, the others wait in their order. */
export class Locks {
  constructor() {
    this.queues = new Map();
  }

  request(name, { signal }, hold) {
    const queue = this.queues.get(name) ?? [];
    this.queues.set(name, queue);
    return new Promise((resolve, reject) => {
      const entry = { hold, resolve, reject, held: false };
      queue.push(entry);
      signal.addEventListener("abort", () => {
        if (entry.held || !queue.includes(entry)) return;
        queue.splice(queue.indexOf(entry), 1);
        reject(Object.assign(new Error("aborted"), { name: "AbortError" }));
      });
      this.#grant(queue);
    });
  }

  #grant(queue) {
    const [first] = queue;
    if (!first || first.held) return;
    first.held = true;
    queueMicrotask(() =>
      Promise.resolve(first.hold()).then((value) => {
        queue.shift();
        first.resolve(value);
        this.#grant(queue);
      }),
    );
  }
}

/** BroadcastChannel of one browser: everybody but the sender hears, at once. */
export function channels() {
  const open = new Set();
  return class BroadcastChannel {
    constructor(name) {
      this.name = name;
      this.onmessage = null;
      open.add(this);
    }

    postMessage(data) {
      for (const other of [...open]) {
        if (other !== this && other.name === this.name) other.onmessage?.({ data: structuredClone(data) });
      }
    }

    close() {
      open.delete(this);
    }
  };
}

/** EventSource that keeps those it made, for a test to speak through. */
export function eventSources() {
  return class EventSource extends EventTarget {
    static made = [];

    constructor(url) {
      super();
      this.url = url;
      this.readyState = 0;
      EventSource.made.push(this);
    }

    static get open() {
      return EventSource.made.filter((source) => source.readyState !== 2);
    }

    opens() {
      this.readyState = 1;
      this.dispatchEvent(new Event("open"));
    }

    says(kind, data, id) {
      this.dispatchEvent(Object.assign(new Event(kind), { data: JSON.stringify(data), lastEventId: String(id) }));
    }

    breaks({ forGood = false } = {}) {
      this.readyState = forGood ? 2 : 0;
      this.dispatchEvent(new Event("error"));
    }

    close() {
      this.readyState = 2;
    }
  };
}

/** Lets promises that are settled run on. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));
