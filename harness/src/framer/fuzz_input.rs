//! One segmentation that a fuzzer chooses.

use super::{Invariance, Segmentation, Subject};

/// Cuts that one input can choose.
const MOST_CUTS: usize = 7;
const OPEN: u8 = 8;

/// Asserts what [`assert_invariant`](super::assert_invariant) does, for the one segmentation
/// that the last bytes of `data` choose: the body of a fuzz target, in which coverage finds
/// the cuts.
///
/// ```ignore
/// #![no_main]
/// libfuzzer_sys::fuzz_target!(|data: &[u8]| wirecheck::framer::assert_one(MyFramer::new, data));
/// ```
///
/// The last byte says how many cuts there are (its lower three bits) and whether the stream
/// stays open (the fourth bit). Two bytes for each cut are before it, the lower one first. All
/// before them is the input, so a file of plain traffic is a good seed.
///
/// # Panics
///
/// If the result depends on the segmentation, or the framer panics.
#[track_caller]
pub fn assert_one<S: Subject>(subject: S, data: &[u8]) {
    let (input, segmentation) = split(data);
    let result = Invariance::new().check_one(&subject, input, segmentation);
    if let Err(difference) = result {
        panic!("{difference}");
    }
}

fn split(data: &[u8]) -> (&[u8], Segmentation) {
    let Some((choice, rest)) = data.split_last() else {
        return (data, Segmentation::whole(0));
    };
    let cuts = usize::from(*choice) & MOST_CUTS;
    let (input, cuts) = rest.split_at(rest.len().saturating_sub(2 * cuts));
    let cuts = cuts
        .chunks_exact(2)
        .map(|at| usize::from(at[0]) | usize::from(at[1]) << 8);
    let cuts = cuts.map(|at| at % input.len().max(1));
    let segmentation = Segmentation::cut_at(input.len(), cuts);
    if choice & OPEN == 0 {
        (input, segmentation)
    } else {
        (input, segmentation.left_open())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bytes_choose_the_cuts() {
        let (input, segmentation) = split(b"hello\x02\0\x01\0\x02");
        assert_eq!(input, b"hello");
        assert_eq!(segmentation, Segmentation::cut_at(5, [1, 2]));
    }

    #[test]
    fn the_fourth_bit_leaves_the_stream_open() {
        let (_, segmentation) = split(b"hello\x08");
        assert_eq!(segmentation, Segmentation::whole(5).left_open());
    }

    #[test]
    fn any_bytes_can_be_split() {
        for len in 0..20 {
            for last in 0..=255 {
                let data = [&[0xff; 20][..len], &[last]].concat();
                let (input, segmentation) = split(&data);
                assert_eq!(segmentation.len(), input.len());
            }
        }
        assert_eq!(split(b"").0, b"");
    }
}
