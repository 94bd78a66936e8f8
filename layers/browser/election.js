/*
 * Which tab of a browser holds the live connection. Six connections per host are all that a browser has over
 * HTTP/1.1; one event stream in each of seven tabs would leave none to load anything with.
 */

const BEAT_MS = 2000;
const SILENT_AFTER_MS = 6500;

/**
 * Calls `onLead` once this tab leads; returns a function that steps down.
 * `tools`: locks (navigator.locks or undefined), storage (localStorage), now, setInterval, clearInterval, id.
 */
export function elect(name, onLead, tools) {
  return tools.locks ? byLock(name, onLead, tools) : byHeartbeat(name, onLead, tools);
}

function byLock(name, onLead, { locks }) {
  const waiting = new AbortController();
  let stepDown = () => {};
  let stopped = false;
  const held = locks.request(name, { signal: waiting.signal }, () => {
    if (stopped) return undefined;
    onLead();
    return new Promise((resolve) => {
      stepDown = resolve;
    });
  });
  held.catch((error) => {
    if (error.name !== "AbortError") throw error;
  });
  return () => {
    stopped = true;
    waiting.abort();
    stepDown();
  };
}

/** Without Web Locks (plain HTTP on a local network): a heartbeat in localStorage, taken over when it falls silent. */
function byHeartbeat(name, onLead, tools) {
  let leading = false;
  let claimed = false;
  const beat = () => {
    const holder = readHolder(tools.storage, name);
    const now = tools.now();
    const silent = !holder || now - holder.at > SILENT_AFTER_MS || holder.at > now + SILENT_AFTER_MS;
    const mine = holder !== null && holder.id === tools.id;
    if (!silent && !mine) {
      claimed = false;
      return;
    }
    tools.storage.setItem(name, JSON.stringify({ id: tools.id, at: now }));
    if (mine && claimed && !leading) {
      leading = true;
      onLead();
    }
    claimed = true;
  };
  beat();
  const timer = tools.setInterval(beat, BEAT_MS);
  return () => {
    tools.clearInterval(timer);
    const holder = readHolder(tools.storage, name);
    if (holder && holder.id === tools.id) tools.storage.removeItem(name);
  };
}

function readHolder(storage, name) {
  try {
    const holder = JSON.parse(storage.getItem(name));
    return holder && typeof holder.at === "number" ? holder : null;
  } catch {
    return null;
  }
}
