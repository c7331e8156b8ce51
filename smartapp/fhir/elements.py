"""The data types that resources are made of, as far as the app looks: only named fields, all optional,
nothing checked but their types. See `lenses` for the resources. https://hl7.org/fhir/R4/datatypes.html
"""

import msgspec


class Lens(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Structs without cycles, so that the garbage collector need not follow them."""


class Coding(Lens, frozen=True):
    system: str = ""
    code: str = ""
    display: str = ""


class Concept(Lens, frozen=True):
    coding: tuple[Coding, ...] = ()
    text: str = ""

    @property
    def words(self) -> str:
        """The text, else the first display."""
        if self.text.strip():
            return self.text
        return next((coding.display for coding in self.coding if coding.display), "")

    @property
    def is_only_coded(self) -> bool:
        """Whether the words are a code's name and nothing that somebody wrote."""
        return self.words.strip().casefold() in {coding.display.strip().casefold() for coding in self.coding}

    @property
    def code_set(self) -> frozenset[str]:
        return frozenset(coding.code for coding in self.coding)


class Reference(Lens, frozen=True):
    reference: str = ""
    display: str = ""


class Period(Lens, frozen=True):
    start: str = ""


class HumanName(Lens, frozen=True):
    use: str = ""
    text: str = ""
    family: str = ""
    given: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()


class Identifier(Lens, frozen=True):
    system: str = ""
    type: Concept = Concept()
    value: str = ""


class Annotation(Lens, frozen=True):
    author_reference: Reference = Reference()
    author_string: str = ""
    text: str = ""


class Tag(Lens, frozen=True):
    system: str = ""
    code: str = ""


class Meta(Lens, frozen=True):
    tag: tuple[Tag, ...] = ()


class Narrative(Lens, frozen=True):
    status: str = ""
    div: str = ""


class Attachment(Lens, frozen=True):
    content_type: str = ""
    language: str = ""
    data: str = ""
    url: str = ""
    title: str = ""
    size: int = 0
