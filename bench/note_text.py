"""Notes of any length made of our own sentences, with about one cue in forty words, as real notes have."""

from collections.abc import Iterator
from random import Random
from textwrap import fill
from typing import Final

_HEADINGS: Final = (
    "HPI", "Interval history", "Social History", "FAMILY HISTORY", "Review of Systems", "Physical Exam",
    "Labs", "Assessment and Plan", "GOALS OF CARE", "Nursing note", "Discharge Instructions", "Medications",
    "Code Status",
)  # fmt: skip
_PLAIN: Final = (
    "Blood pressure was 132/78 at noon and 128/74 after the walk in the hall.",
    "The left lung base has fewer crackles than on Monday, and the leg swelling is down by half.",
    "Creatinine 1.4 after two days of the higher dose of furosemide, potassium 4.1.",
    "Slept from ten to five with one trip to the bathroom, with the walker and one person beside.",
    "Ate half of the breakfast and all of the soup at noon; weight 71.2 kg.",
    "The wound on the right heel measures 2.1 by 1.4 cm with a pink bed and no odor.",
    "An echocardiogram in March showed an ejection fraction of 35 percent and a dilated left atrium.",
    "Metoprolol 25 mg p.o. b.i.d. was held this morning for a heart rate of 52.",
    "Physical therapy came at two; gait was slow but steady over forty feet.",
    "Dr. Alba will review the films and call the unit before the evening round.",
    "No fever, chills, cough or chest pain; some nausea after the antibiotic.",
    "The daughter brought glasses, slippers and the list of medicines from the kitchen.",
    "Retired from the bakery in 2011 and lives on the second floor without a lift.",
    "Abdomen is soft, not tender, with normal bowel sounds in all four quadrants.",
    "The dressing was changed at eight and stayed dry through the shift.",
    "The oxygen was turned down to one liter and the saturation stayed at 94 percent.",
)
_TELLING: Final = (
    "She wants to go home before the apples are ripe.",
    "He is worried about being a load for his sister on the farm.",
    'She said, "I do not want the breathing tube again."',
    "What matters most to him is sitting on the porch with the dog.",
    "Patient refused the evening dose because it makes her dizzy at night.",
    "The patient claims that the pain never went below six.",
    "He hopes to play the organ at the feast in autumn.",
    "Was noncompliant with the water pills in the week before he came in.",
    "Her wife Ines is the health care proxy and was at the bedside.",
    "Remains DNR/DNI, talked over again today with both sons.",
)
_SENTENCES: Final = 9


def note_text(size: int, seed: int = 1) -> str:
    """One text of `size` characters."""
    parts: list[str] = []
    length = 0
    for note in _notes(Random(seed)):
        parts.append(note)
        length += len(note)
        if length >= size:
            return "".join(parts)[:size]
    raise AssertionError("notes never end")


def _notes(random: Random) -> Iterator[str]:
    while True:
        yield "".join(_section(random, heading) for heading in _HEADINGS)


def _section(random: Random, heading: str) -> str:
    """A paragraph wrapped by hand; one sentence in eight tells something."""
    sentences = [
        random.choice(_TELLING) if random.random() < 0.12 else random.choice(_PLAIN)
        for _ in range(_SENTENCES)
    ]
    return f"{heading}: {fill(' '.join(sentences), 80)}\n\n"
