//! Suites: from TOML to types that cannot be wrong.
