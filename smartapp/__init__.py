"""Common Ground: a SMART on FHIR app that puts the patient's own words into the visit and into the chart."""

__version__ = "0.1.0"
