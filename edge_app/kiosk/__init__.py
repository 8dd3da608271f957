"""The pad as a device: starting by itself, the screen's turn and rest, and its touch panel."""
