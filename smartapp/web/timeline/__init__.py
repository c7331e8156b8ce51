"""The picture of what was said over time: where each mark stands, the drawing, and the same in words."""
