//! The laws that hold for every framing.
//!
//! - `reading`: the result of decoding a stream in pieces;
//! - `samples`: a message or two of every framing there can be, small enough to
//!   try all segmentations;
//! - `strategies`: framings and payloads drawn at random;
//! - `round_trip`, `segmentation`, `bounds`, `malformed`: the laws.

mod bounds;
mod malformed;
mod reading;
mod round_trip;
mod samples;
mod segmentation;
mod strategies;
