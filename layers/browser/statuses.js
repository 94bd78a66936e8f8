/*
 * Statuses of all parcels, one small number each: stage index × 2, plus 1 when stuck.
 * They travel as one base-36 character per parcel, in the order of the runs of ids.
 */

/** A parcel that no status is known of (yet). */
export const UNKNOWN = 255;

export const stageIndex = (code) => code >> 1;
export const isStuck = (code) => code !== UNKNOWN && (code & 1) === 1;

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** The number that a character stands for; UNKNOWN for anything that is not one. */
export function decodeCharacter(character) {
  const code = character ? DIGITS.indexOf(character) : -1;
  return code < 0 ? UNKNOWN : code;
}

/** Runs of ids (`[[start, count], …]`) and their characters, as an array indexed by parcel id. */
export function decodeCodes(runs, characters) {
  const highest = runs.reduce((most, [start, count]) => Math.max(most, start + count - 1), 0);
  const codes = new Uint8Array(highest + 1).fill(UNKNOWN);
  let position = 0;
  for (const [start, count] of runs) {
    for (let id = start; id < start + count; id += 1) {
      codes[id] = decodeCharacter(characters[position]);
      position += 1;
    }
  }
  return codes;
}

/** What the map knows of its parcels at one moment: codes, legend counts, how many are stuck, and as of which seq. */
export class StatusBoard {
  constructor() {
    this.codes = new Uint8Array(0);
    this.legend = {};
    this.stuck = 0;
    this.seq = 0;
    this.loaded = false;
    this.recent = [];
  }

  code(id) {
    return id < this.codes.length ? this.codes[id] : UNKNOWN;
  }

  /** Takes a whole array; changes that arrived meanwhile and are newer than it are applied on top. */
  load(statuses, { live }) {
    this.codes = decodeCodes(statuses.ids, statuses.codes);
    this.legend = statuses.legend ?? {};
    this.stuck = statuses.stuck ?? 0;
    this.seq = statuses.seq;
    this.loaded = true;
    if (live) {
      for (const change of this.recent) this.apply(change);
    }
  }

  /** Keeps a change for a load that is under way. */
  remember(change) {
    this.recent.push(change);
    if (this.recent.length > 200) this.recent.shift();
  }

  /** Applies a change that is newer than what is known; returns the ids whose look changes. */
  apply(change) {
    if (!this.loaded || change.seq <= this.seq) return [];
    const touched = [];
    for (const [id, character] of change.parcels) {
      const code = decodeCharacter(character);
      if (this.code(id) === code) continue;
      this.#grow(id);
      this.codes[id] = code;
      touched.push(id);
    }
    this.legend = change.legend ?? this.legend;
    this.stuck = change.stuck ?? this.stuck;
    this.seq = change.seq;
    return touched;
  }

  #grow(id) {
    if (id < this.codes.length) return;
    const codes = new Uint8Array(Math.max(id + 1, this.codes.length * 2)).fill(UNKNOWN);
    codes.set(this.codes);
    this.codes = codes;
  }
}

/** The address of the statuses at a moment; null stands for today and for all that is recorded. */
export function statusesAddress(base, project, { asOf, knownAt }) {
  const query = new URLSearchParams();
  if (asOf) query.set("as_of", asOf);
  if (knownAt) query.set("known_at", knownAt);
  const tail = query.toString();
  return `${base}/api/v1/projects/${encodeURIComponent(project)}/statuses${tail ? `?${tail}` : ""}`;
}

/** Whether a message of the page shows the present, where live changes are drawn. */
export const isPresent = (moment) => !moment.asOf && !moment.knownAt;
