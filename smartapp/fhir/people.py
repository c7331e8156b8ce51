"""People as the chart names them: the patient for the banner, and whose words something is."""

import re
from collections.abc import Sequence

from smartapp.fhir import elements, lenses
from smartapp.fhir.patient_record import PatientIdentity, RelatedPerson
from smartapp.fhir.this_patient import ThisPatient
from smartapp.sdm.model import SaidBy

_INTERPRETER_NEEDED = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-interpreter-needed"
_INTERPRETER_REQUIRED = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
_YES_NO = {"373066001": True, "373067005": False}
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
_THREE_LETTERS = {
    "ara": "ar", "chi": "zh", "deu": "de", "eng": "en", "fra": "fr", "fre": "fr", "ger": "de", "hat": "ht",
    "hin": "hi", "ita": "it", "jpn": "ja", "kor": "ko", "pol": "pl", "por": "pt", "rus": "ru", "spa": "es",
    "tgl": "tl", "vie": "vi", "zho": "zh",
}  # fmt: skip
"""ISO 639-2 codes that some charts hold where BCP 47 asks for the two-letter ones."""

_MEDICAL_RECORD_NUMBER = {"MR", "MRN", "MEDICAL RECORD NUMBER"}
_FORMER_NAMES = {"old", "maiden", "anonymous", "temp"}
_CLINICIANS = ("Practitioner/", "PractitionerRole/", "CareTeam/", "Organization/")


def identity_of(patient: lenses.Patient) -> PatientIdentity:
    name = _name(patient.name, ("official", "usual", ""))
    usual = _name(patient.name, ("usual", "nickname", "official", ""))
    given = " ".join(name.given)
    return PatientIdentity(
        id=patient.id,
        family=name.family or ("" if given else name.text),
        given=given,
        prefix=" ".join(name.prefix),
        call_name=next(iter(usual.given), "") or next(iter(name.given), "") or usual.text,
        birth_date=patient.birth_date,
        gender=patient.gender,
        mrn=_medical_record_number(patient.identifier),
        language=preferred_language(patient.communication),
        interpreter_needed=_interpreter_needed(patient.extension),
        deceased=patient.deceased_boolean or bool(patient.deceased_date_time),
    )


def name_of(names: Sequence[elements.HumanName]) -> str:
    """A person's name in one line, as the EHR words it, else put together: no title is added."""
    name = _name(names, ("usual", "official", ""))
    if name.text.strip():
        return name.text
    plain = " ".join(part for part in (*name.given, name.family) if part)
    missing = (suffix for suffix in dict.fromkeys(name.suffix) if suffix and not plain.endswith(suffix))
    return ", ".join(part for part in (plain, *missing) if part)


def preferred_language(communication: Sequence[lenses.Communication]) -> str:
    """The preferred language as a BCP 47 tag; a single one counts as preferred; "" when it is not clear."""
    preferred = [one for one in communication if one.preferred] or list(communication)
    if len(preferred) != 1:
        return ""
    codings = sorted(preferred[0].language.coding, key=lambda coding: coding.system != "urn:ietf:bcp:47")
    return next((tag for coding in codings if (tag := _language_tag(coding.code))), "")


def related_person(person: lenses.RelatedPerson) -> RelatedPerson:
    return RelatedPerson(
        reference=person.reference,
        name=name_of(person.name),
        relationship=", ".join(words for role in person.relationship if (words := role.words)),
        language=preferred_language(person.communication),
    )


def team_members(team: lenses.CareTeam, patient: ThisPatient) -> list[RelatedPerson]:
    """The named members of a care team, without the patient."""
    return [
        RelatedPerson(
            reference=patient.relative(participant.member.reference),
            name=participant.member.display,
            relationship=", ".join(words for role in participant.role if (words := role.words)),
        )
        for participant in team.participant
        if participant.member.display and not patient.is_meant_by(participant.member.reference)
    ]


def said_by(reference: elements.Reference, patient: ThisPatient) -> tuple[SaidBy, str]:
    """Who spoke, and the speaker's name where that is somebody close to the patient."""
    relative = patient.relative(reference.reference)
    if relative == f"Patient/{patient.id}":
        return SaidBy.PATIENT, ""
    if relative.startswith("RelatedPerson/"):
        return SaidBy.RELATED_PERSON, reference.display
    if relative.startswith(_CLINICIANS):
        return SaidBy.CLINICIAN, ""
    return SaidBy.UNKNOWN, ""


def clinician_named(references: Sequence[elements.Reference], patient: ThisPatient) -> str:
    """The first clinician's name among the references, or ""."""
    clinicians = (one for one in references if said_by(one, patient)[0] is SaidBy.CLINICIAN)
    return next((one.display for one in clinicians if one.display), "")


def note_author(notes: Sequence[elements.Annotation], patient: ThisPatient) -> str:
    """Who wrote something down, by the first annotation that names an author; one of the patient's, or of
    somebody close, holds their words.
    """
    speakers = {SaidBy.PATIENT, SaidBy.RELATED_PERSON}
    written = (note for note in notes if said_by(note.author_reference, patient)[0] not in speakers)
    named = (note.author_reference.display or note.author_string for note in written)
    return next((name for name in named if name), "")


def _name(names: Sequence[elements.HumanName], uses: Sequence[str]) -> elements.HumanName:
    for use in uses:
        for name in names:
            if name.use == use:
                return name
    current = (name for name in names if name.use not in _FORMER_NAMES)
    return next(current, elements.HumanName())


def _medical_record_number(identifiers: Sequence[elements.Identifier]) -> str:
    for identifier in identifiers:
        words = {identifier.type.text.upper(), *identifier.type.code_set}
        if words & _MEDICAL_RECORD_NUMBER and identifier.value:
            return identifier.value
    return ""


def _interpreter_needed(extensions: Sequence[lenses.LanguageExtension]) -> bool | None:
    for extension in extensions:
        if extension.url == _INTERPRETER_NEEDED:
            return _YES_NO.get(extension.value_coding.code)
        if extension.url == _INTERPRETER_REQUIRED:
            return extension.value_boolean
    return None


def _language_tag(code: str) -> str:
    if not _LANGUAGE_TAG.fullmatch(code):
        return ""
    primary, dash, rest = code.partition("-")
    primary = primary.lower()
    return _THREE_LETTERS.get(primary, primary) + dash + rest
