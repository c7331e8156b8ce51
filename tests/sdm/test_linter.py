"""Each wording rule bites, and plain invitations pass."""

import pytest

from smartapp.sdm.linter import faults_in_clinician_text, faults_in_drawer, faults_in_question
from smartapp.sdm.readability import grade
from tests.sdm.charts import shipped


@pytest.mark.parametrize(
    "word",
    ["must", "should", "have to", "required", "policy", "failure", "racist", "prejudice", "bias",
     "you may be", "remember that", "don’t forget", "compliance score", "compliance", "adherence", "please"],
)  # fmt: skip
def test_pressing_or_blaming_word_is_refused_on_a_card(word: str) -> None:
    assert any(
        word.replace("’", "'") in fault for fault in faults_in_clinician_text(f"Ask first, {word} then talk.")
    )


@pytest.mark.parametrize(
    "group", ["Black", "women", "Latino", "Muslim", "transgender", "gay", "elderly", "minority"]
)
def test_group_name_is_refused_on_cards_and_in_questions(group: str) -> None:
    text = f"Ask first. Do not wait for it. Then ask {group} too."

    assert faults_in_clinician_text(text) == (f'"{group.lower()}" names a group of people',)
    assert faults_in_question(text) == (f'"{group.lower()}" names a group of people',)


def test_exclamation_mark_and_long_dash_are_refused_everywhere() -> None:
    for lint in (faults_in_clinician_text, faults_in_question, faults_in_drawer):
        assert len(lint("Ask first!")) == 1
        assert len(lint("Ask first \u2014 then talk.")) == 1


def test_text_of_26_words_is_refused() -> None:
    assert faults_in_clinician_text(" ".join(["ask."] * 25)) == ()
    assert faults_in_clinician_text(" ".join(["ask."] * 26)) == ("26 words; at most 25",)


def test_hard_words_are_refused_unless_excused() -> None:
    hard = "Individualize anticoagulation considerations collaboratively."

    assert len(faults_in_clinician_text(hard)) == 1
    assert "reading grade" in faults_in_clinician_text(hard)[0]
    assert faults_in_clinician_text(hard, grade_excused=True) == ()


def test_question_has_a_lower_grade_than_a_card() -> None:
    text = "Look for the reason first: cost, travel, side effects, work hours, or a different priority."

    assert faults_in_clinician_text(text) == ()
    assert faults_in_question(text) == (f"reading grade {grade(text)}; at most 6",)


def test_name_of_a_disease_is_no_blame() -> None:
    assert faults_in_clinician_text("Talk about heart failure.") == ()


def test_question_may_say_should() -> None:
    assert faults_in_question("What should I know about you?") == ()


@pytest.mark.parametrize(
    "claim",
    [
        "It reduces bias.",
        "This lowers the bias of clinicians.",
        "It leads to less bias.",
        "It eliminates implicit bias.",
    ],
)
def test_claim_of_an_effect_on_bias_is_refused_in_the_drawer(claim: str) -> None:
    assert faults_in_drawer(claim) == ("claims an effect on bias, which no source shows for this app",)


def test_drawer_may_name_groups_and_causes() -> None:
    assert (
        faults_in_drawer("In one study Black patients were asked less often, and bias was one cause.") == ()
    )


def test_grade_agrees_with_published_figures_of_the_handout_texts() -> None:
    core = (
        "What are you hoping for? What are you most worried about? What matters most to you right now? "
        "What would you like to be able to do? Is there any care you do not want? "
        "Who do you want to help you decide? How much do you want to know? "
        "How do you want to make choices: on your own, with us, or have us choose? "
        "What gets in the way of your care plan? Is cost a problem? Did I hear you right? "
        "What else should I know about you?"
    )

    assert grade(core) == 0.3


def test_text_without_words_has_grade_zero() -> None:
    assert grade("... 12 ?") == 0.0


def test_every_shipped_text_obeys() -> None:
    catalogue = shipped()
    excused = {"R10", "R20"}

    for reminder in catalogue.reminders:
        assert faults_in_clinician_text(reminder.text, reminder.id in excused) == ()
        assert faults_in_drawer(reminder.why) == ()
        assert faults_in_drawer(reminder.limits) == ()
    for question in catalogue.questions:
        assert faults_in_question(question.text) == ()
