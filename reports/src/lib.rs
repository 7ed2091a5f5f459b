//! The record of a wirecheck run.
