//! What wirecheck's end-to-end tests share.
