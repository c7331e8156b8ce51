"""Tools for who works on the app. Nothing of them is in what is installed."""
