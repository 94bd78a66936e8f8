"""HTTP for programs: assets, tiles, statuses, live events, health."""
