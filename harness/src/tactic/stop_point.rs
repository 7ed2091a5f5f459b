//! Where a connection stops that is open beside a case.

use super::lengths::Lengths;
use super::{Delivery, DeliveryEnd, Offset, Script};
use crate::framing::RegionKind;

/// Where a connection stops and stays open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopPoint {
    /// How many bytes it sends.
    pub at: Offset,
    /// The region of its first message that is not whole; `None` if it sends nothing.
    pub inside: Option<RegionKind>,
}

impl StopPoint {
    /// What such a connection sends.
    #[must_use]
    pub fn delivery(self) -> Delivery {
        Delivery::of(Lengths::cut_at([], self.at)).with_end(DeliveryEnd::Hold)
    }
}

impl Script {
    /// Where a connection stops in the middle of the first message: once in each kind of
    /// region. A region of one byte is left out as a whole. Never empty: a side that has no
    /// such place sends nothing.
    #[must_use]
    pub fn stop_points(&self) -> Vec<StopPoint> {
        let mut points: Vec<StopPoint> = Vec::new();
        if let Some((first, span)) = self.spans().next() {
            for region in &self.messages[first].regions {
                let inside = Some(region.kind);
                let middle = region.range.start + region.range.len() / 2;
                if middle > 0 && !points.iter().any(|it| it.inside == inside) {
                    let at = span.start.plus(middle);
                    points.push(StopPoint { at, inside });
                }
            }
        }
        if points.is_empty() {
            points.push(StopPoint {
                at: Offset::START,
                inside: None,
            });
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::framing::Region;

    #[test]
    fn a_connection_stops_once_in_each_kind_of_region() {
        let mut script = sample::script(&[("1234", "abcdef", 0), ("12", "x", 1)]);
        let first = &mut script.messages[0];
        first.bytes.extend(b"\r\n");
        first.regions.push(Region {
            kind: RegionKind::Delimiter,
            range: 10..12,
        });
        let points = script.stop_points();
        let at: Vec<_> = points.iter().map(|it| (it.at.get(), it.inside)).collect();
        assert_eq!(
            at,
            [
                (2, Some(RegionKind::Header)),
                (7, Some(RegionKind::Payload)),
                (11, Some(RegionKind::Delimiter)),
            ]
        );
        assert_eq!(points[0].delivery().to_string(), "2 hold");
    }

    #[test]
    fn a_side_that_has_no_middle_of_a_message_sends_nothing() {
        for script in [sample::script(&[]), sample::script(&[("", "x", 0)])] {
            let points = script.stop_points();
            assert_eq!((points.len(), points[0].at), (1, Offset::START));
            assert_eq!(points[0].delivery().to_string(), "0 hold");
        }
    }
}
