"""``make bench``: runs every bench, prints a table with ratios, leaves JSON in ``build/bench/``."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import map_speed, servers, tile_speed
from bench.browser import chromium

OUT = Path("build/bench")
REACH = {"painted_over_empty": 2.0, "second_browser_s": 1.0, "rerun_bytes": 16 * 1024, "answer_s": 0.5}


def main() -> None:
    """Run the benches for the sizes that are asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    sizes = parser.parse_args().sizes
    OUT.mkdir(parents=True, exist_ok=True)
    results: dict[str, Any] = {"sizes": {}}
    with chromium() as browser:
        results["empty_s"] = map_speed.empty_map(browser)
        for size in sizes:
            print(f"{size:,} parcels", flush=True)
            results["sizes"][size] = measure(browser, size)
            (OUT / "map.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(table(results))


def measure(browser: Any, size: int) -> dict[str, Any]:
    """Measure one size: import, tiles, this map, the obvious map."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        row: dict[str, Any] = {"import_s": servers.fill(folder, size)}
        row["tiles"] = tile_speed.tile_build(folder)
        row["ours"] = map_speed.ours(browser, folder)
        geojson = folder / "parcels.geojson"
        servers.write_geojson(geojson, size)
        start = time.perf_counter()
        try:
            row["obvious"] = map_speed.obvious(browser, geojson, size)
        except Exception as failure:
            row["obvious"] = {"failed": str(failure)[:200], "after_s": time.perf_counter() - start}
    return row


def table(results: dict[str, Any]) -> str:
    """Return the figures as text, with what was to be reached."""
    empty = results["empty_s"]
    lines = [f"empty st_folium map: {empty:.2f} s", ""]
    head = f"{'parcels':>9} {'what':<34} {'this map':>12} {'folium.GeoJson':>15} {'ratio':>8}  reach"
    for size, row in results["sizes"].items():
        ours, obvious, tiles = row["ours"], row["obvious"], row["tiles"]
        lines += [
            head,
            _row(size, "painted, s", ours["painted_s"], obvious.get("painted_s"), ""),
            _row(size, "painted / empty map", ours["painted_s"] / empty,
                 obvious["painted_s"] / empty if "painted_s" in obvious else None, f"<= {REACH['painted_over_empty']}"),
            _row(size, "one change of colour, s", ours["change_s"], obvious.get("change_s"), ""),
            _row(size, "seen in a second browser, s", ours["change_second_browser_s"], None,
                 f"<= {REACH['second_browser_s']}"),
            _row(size, "websocket bytes of the change", ours["change_ws_bytes"], obvious.get("change_ws_bytes"), ""),
            _row(size, "websocket bytes of a rerun", ours["rerun_ws_bytes"], None, f"<= {REACH['rerun_bytes']}"),
            _row(size, "click to panel, s", ours["click_to_panel_s"], None, ""),
            _row(size, "pan: median frame, ms", ours["median_gap_ms"], obvious.get("median_gap_ms"), ""),
            _row(size, "pan: worst frame, ms", ours["worst_gap_ms"], obvious.get("worst_gap_ms"), ""),
            _row(size, "pan: whole drag, s", ours["drag_s"], obvious.get("drag_s"), ""),
            _row(size, f"tiles built, s ({tiles['progress_steps']} steps shown)", tiles["build_s"], None, ""),
            _row(size, "slowest page meanwhile, s", tiles["slowest_page_s"], None, f"<= {REACH['answer_s']}"),
            _row(size, "slowest health answer, s", tiles["slowest_health_s"], None, f"<= {REACH['answer_s']}"),
            _row(size, "import, s", row["import_s"], None, ""),
            "",
        ]  # fmt: skip
    return "\n".join(lines)


def _row(size: int, what: str, ours: float, obvious: float | None, reach: str) -> str:
    other = f"{obvious:15,.2f}" if obvious is not None else f"{'-':>15}"
    ratio = f"{obvious / ours:8.1f}" if obvious is not None and ours else f"{'':>8}"
    return f"{size:>9,} {what:<34} {ours:12,.2f} {other} {ratio}  {reach}"


if __name__ == "__main__":
    main()
