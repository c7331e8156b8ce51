"""Visits against servers with habits of their own, and against servers that we did not write."""
