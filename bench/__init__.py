"""Figures about the app, as ratios measured in one run. They inform; no test depends on them."""
