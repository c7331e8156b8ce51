"""Counts, times and traces of the app at work, none of which names a patient, a clinician or a launch."""
