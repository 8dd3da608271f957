"""Ink of people who do not exist: writers with habits of their own, who write any syllable."""
