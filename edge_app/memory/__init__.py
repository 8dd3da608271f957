"""The pad learns its writer: what it keeps of a person's hand, and what it makes of it.

habits.py    what accepted characters say about a hand, in numbers; re-ranks what is read
likeness.py  whether the ink of late is by the hand that is remembered
journal.py   a file of records that a kill or a power cut cannot damage
store.py     the person's samples in such a file, as strokes
features.py  what the model made of them
personal.py  all of it for the window: the one class that others use
export.py    the samples as training data
"""
