"""Side-by-side measurements: this program against what a user would otherwise take, in one run."""
