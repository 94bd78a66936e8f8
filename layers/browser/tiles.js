/* Watches whether the parcels' tiles are ready, says how far they are, and hands over their address. */

import { element, fill } from "./text.js";

const ASK_AGAIN_MS = 1000;
const RETRY_MS = 3000;

/** The address of one version's tiles; the braces are the tile library's. */
export function tilesAddress(base, project, version) {
  return `${base}/tiles/${encodeURIComponent(project)}/${encodeURIComponent(version)}/{z}/{x}/{y}.mvt`;
}

export class TileWatch {
  /** `onReady(url)` is called for each version that becomes ready. */
  constructor(view, map, config, onReady) {
    Object.assign(this, { view, config, onReady });
    this.version = null;
    this.timer = null;
    this.asking = false;
    this.banner = element(view.document, "div", "matbang-banner");
    this.banner.setAttribute("role", "status");
    this.banner.hidden = true;
    this.bar = element(view.document, "div", "matbang-bar");
    this.words = element(view.document, "span");
    this.again = element(view.document, "button", "matbang-again", config.words.try_again);
    this.again.type = "button";
    this.again.addEventListener("click", () => this.look(true));
    this.banner.append(this.words, this.again, this.bar);
    view.L.DomEvent.disableClickPropagation(this.banner);
    map.getContainer().append(this.banner);
  }

  /** Asks once, and again while tiles are being built; `retry` asks to try a failed build anew. */
  async look(retry = false) {
    if (this.asking) return;
    this.asking = true;
    this.view.clearTimeout(this.timer);
    try {
      const address = `${this.config.base}/api/v1/projects/${encodeURIComponent(this.config.project)}/tiles`;
      const headers = { Accept: "application/json", "Accept-Language": this.config.language };
      const answer = await this.view.fetch(address, { method: retry ? "POST" : "GET", headers, cache: "no-store" });
      if (!answer.ok) throw new Error(`tiles: ${answer.status}`);
      this.#take(await answer.json());
    } catch (error) {
      console.error("MatBang", error);
      this.#later(RETRY_MS);
    } finally {
      this.asking = false;
    }
  }

  #take({ state, percent, version, message }) {
    this.banner.dataset.state = state;
    if (state === "ready") {
      this.banner.hidden = true;
      if (version === this.version) return;
      this.version = version;
      this.onReady(tilesAddress(this.config.base, this.config.project, version));
      return;
    }
    this.again.hidden = state !== "error";
    this.bar.style.width = state === "building" ? `${percent}%` : "0";
    this.#say(state === "building" ? fill(this.config.words.building, { message, percent }) : message);
    if (state === "building") this.#later(ASK_AGAIN_MS);
  }

  #say(sentence) {
    this.words.textContent = sentence ?? "";
    this.banner.hidden = !sentence;
  }

  #later(wait) {
    this.view.clearTimeout(this.timer);
    this.timer = this.view.setTimeout(() => this.look(), wait);
  }
}
