"""A source in short form, for a line beside what it supports."""

import re

from smartapp.i18n import gettext as _
from smartapp.sdm.knowledge import Citation
from smartapp.web import words

_AUTHOR = re.compile(r"([^,.]+?) [A-Z]{1,3}(?: Jr| Sr)?[,.]")
_ACRONYM = re.compile(r"\(([A-Z]{3,})\)")
_YEAR = re.compile(r"[.,;] ((?:19|20)\d\d)(?:[;.]|$)")


def short_form(source: Citation) -> str:
    """First author and year: "Elwyn 2017". Without authors, the body that published it."""
    title = source.citation.partition(". ")[0]
    named = _AUTHOR.match(source.citation) or _ACRONYM.search(title)
    who_wrote = named[1] if named else words.one_line(title, 60)
    years = _YEAR.findall(source.citation)
    return f"{who_wrote} {years[-1]}" if years else _("%(who)s, undated", who=who_wrote)
