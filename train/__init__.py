"""Training: data readers, augmentation, models, fit, evaluation. Imports edge_app, never back."""
