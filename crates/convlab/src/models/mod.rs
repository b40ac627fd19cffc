//! Placeholder: models.
