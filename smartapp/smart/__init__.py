"""SMART App Launch 2.2: from an iss to an ActiveLaunch."""
