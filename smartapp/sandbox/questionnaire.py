"""The Questionnaire of the demo EHR: what a site that takes only answers to its own form would have there."""

from typing import Final

from smartapp.sandbox.resource import Resource

CANONICAL: Final = "https://ehr.example.org/fhir/Questionnaire/what-matters|1"

_ITEMS: Final = (
    ("goal", "goal", "What would you like to be able to do?"),
    ("hope", "hope", "What do you hope for?"),
    ("worry", "worry", "What worries you most?"),
    ("matters", "matters", "What matters most to you?"),
    ("unacceptable", "not-acceptable", "What would you not accept?"),
    ("treatment_preference", "treatment", "Which treatment do you prefer, and why?"),
    ("care_experience", "care", "How would you like your care to be?"),
    ("decision_role", "role", "How do you want to take part in deciding?"),
    ("people", "people", "Who should be involved?"),
    ("decision", "decision", "What was decided?"),
)
"""Kind of statement, linkId, and the question."""

LINK_IDS: Final = tuple((kind, link_id) for kind, link_id, _ in _ITEMS)
"""Kinds of statement that the form asks for, and where each goes. Not every kind has a question."""


def demo_questionnaire() -> Resource:
    url, _, version = CANONICAL.partition("|")
    items = [
        {"linkId": link_id, "text": text, "type": "text", "repeats": True} for _, link_id, text in _ITEMS
    ]
    return {
        "resourceType": "Questionnaire",
        "id": "what-matters",
        "url": url,
        "version": version,
        "name": "WhatMatters",
        "title": "What matters to you",
        "status": "active",
        "subjectType": ["Patient"],
        "item": items,
    }
