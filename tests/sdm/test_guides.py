"""Guides: everything shipped is short, sourced and free of labels, and every fault is told with its line."""

from datetime import date
from pathlib import Path

import pytest

from smartapp.sdm.catalogue import faults_of_age, load_catalogue
from smartapp.sdm.knowledge import Beside, Guide
from smartapp.sdm.linter import faults_in_clinician_text, faults_in_question
from smartapp.sdm.model import Kind
from smartapp.sdm.readability import grade, words_of
from tests.sdm.charts import shipped
from tests.sdm.site import CONTENT, Site, faults_of, writer

GUIDES = shipped().guides
GUIDE = """
[[guide]]
id = "rides"
label = "Rides"
key = "x"
moment = "closing"
steps = [
  { do = "Ask how they get here.", say = "How do you get here?", kind = "worry" },
]
why = "It was asked for."
limits = "Nobody studied it."
sources = ["grob2019"]
version = 1
released = 2026-11-01
reviewed = 2026-11-20
reviewer = "the clinic"
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return writer(tmp_path)


def test_every_topic_beyond_the_core_has_its_guide_and_letter() -> None:
    assert {guide.id: guide.key for guide in GUIDES} == {
        "options-talk": "o",
        "cost-and-interests": "c",
        "why-of-the-plan": "w",
        "heard-elsewhere": "m",
        "planning-ahead": "a",
        "family": "f",
        "strengths": "s",
        "realistic-goals": "g",
        "earlier-goals": "e",
        "teach-back": "b",
        "repair": "r",
    }


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.id)
def test_a_guide_has_at_most_five_steps_sources_and_sentences_that_are_easy_to_hear(guide: Guide) -> None:
    assert 1 <= len(guide.steps) <= 5
    assert guide.sources
    assert "Not yet reviewed by a practicing clinician" in guide.reviewer
    for step in guide.steps:
        assert faults_in_clinician_text(step.do) == ()
        assert faults_in_question(step.say) == ()
        assert len(words_of(step.say)) <= 25
        assert grade(step.say) <= 6


def test_the_talk_about_options_goes_from_team_over_options_to_decision_and_names_waiting() -> None:
    (guide,) = (guide for guide in GUIDES if guide.id == "options-talk")

    beginnings = [step.do.partition(":")[0] for step in guide.steps if ":" in step.do]
    assert beginnings == ["Team", "Options", "Decision"]
    assert any("waiting" in step.do for step in guide.steps)
    assert all(word in guide.steps[2].do for word in ("good", "hard", "unknown", "cost"))


def test_cost_names_any_financial_interest() -> None:
    (guide,) = (guide for guide in GUIDES if guide.id == "cost-and-interests")

    assert any("Name any financial interest" in step.do for step in guide.steps)


def test_what_would_have_to_go_right_is_kept_apart_from_the_goal() -> None:
    (guide,) = (guide for guide in GUIDES if guide.id == "realistic-goals")

    kinds = {step.say: step.question.kind for step in guide.steps if step.question}
    assert kinds["What would you like to be able to do?"] is Kind.GOAL
    assert kinds["What would have to go right?"] is Kind.MATTERS


def test_repair_acknowledges_asks_shares_plans_and_offers_a_third_person() -> None:
    (guide,) = (guide for guide in GUIDES if guide.id == "repair")

    assert [step.do.split()[0].rstrip(",") for step in guide.steps] == [
        "Acknowledge",
        "Ask",
        "Share",
        "Plan",
        "Offer",
    ]
    assert guide.beside is Beside.MEDIATION
    assert {step.question.kind for step in guide.steps if step.question} == {Kind.CARE_EXPERIENCE}


def test_an_answer_to_a_step_is_found_like_any_question() -> None:
    question = shipped().question("repair.2")

    assert question is not None
    assert question.text == "What happened, as you see it?"
    assert shipped().question("repair.1") is None


def test_a_site_adds_and_replaces_guides_and_takes_them_away(site: Site) -> None:
    ours = GUIDE.replace('"rides"', '"repair"').replace('"x"', '"r"')
    extra = site(topics=f'{ours}{GUIDE}[[guide]]\nid = "teach-back"\noff = true\n')

    catalogue = load_catalogue(CONTENT, extra)

    ids = [guide.id for guide in catalogue.guides]
    assert "rides" in ids
    assert "teach-back" not in ids
    assert catalogue.guide("repair") is not None
    assert len(catalogue.guides) == len(GUIDES)
    assert [guide.label for guide in catalogue.guides] == sorted(guide.label for guide in catalogue.guides)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'key = "x"',
            'key = "t"',
            "4: guide rides: key: write one letter from a to z",
        ),
        (
            'key = "x"',
            'key = "xx"',
            "4: guide rides: key: write one letter from a to z",
        ),
        ('key = "x"', 'key = "o"', '1: guide rides: key: "o" opens options-talk already'),
        ('"worry"', '"worries"', '6: guide rides: steps: step 1: kind: "worries" is not one of'),
        (
            ', say = "How do you get here?"',
            "",
            "6: guide rides: steps: step 1: kind: an answer needs",
        ),
        ("do =", "does =", '6: guide rides: steps: step 1: unknown key "does"; did you mean "do"?'),
        ("Ask how they get here.", "You must ask.", '6: guide rides: steps: step 1: do: "must" presses'),
        ("How do you get here?", "Why do you refuse transportation?", "6: guide rides: steps: step 1: say:"),
        ('["grob2019"]', "[]", "11: guide rides: sources: name at least one source"),
        ('["grob2019"]', '["grob"]', '11: guide rides: unknown source "grob"'),
        ("[\n  {", "[\n" + '  { do = "Ask." },\n' * 5 + "  {", "6: guide rides: steps: 6 steps; at most 5"),
        (
            "released = 2026-11-01",
            "released = 2026-11-21",
            "14: guide rides: reviewed: earlier",
        ),
    ],
)
def test_a_fault_in_a_guide_is_told_by_line(site: Site, old: str, new: str, fault: str) -> None:
    faults = faults_of(site(topics=GUIDE.replace(old, new, 1)))

    assert any(one.startswith(f"topics.toml:{fault}") for one in faults), faults


def test_a_review_that_is_too_old_is_told_for_guides_too(site: Site) -> None:
    catalogue = load_catalogue(CONTENT, site(topics=GUIDE.replace("2026-11", "2024-01")))

    (fault,) = faults_of_age(catalogue, date(2026, 11, 23))
    assert fault.problem.startswith("guide rides: last reviewed 2024-01-20")
    assert fault.line == 1
