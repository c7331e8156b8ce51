"""What a template shows, as plain values and words for people: a module for each page, or piece of a page."""
