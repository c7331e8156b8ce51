"""Shared decision making: what was said, what to ask, and why. Pure: knows no wire, database or template."""
