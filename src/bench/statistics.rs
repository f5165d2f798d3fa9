//! Medians, quartiles and the latency histogram.

use super::Failure;
use hdrhistogram::Histogram;
use serde::Serialize;

/// Quartiles that differ by more than this part of the median make a figure noisy.
const NOISY: f64 = 0.30;

/// A median with its quartiles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Quartiles {
    /// A quarter of the values is not greater.
    pub(super) lower: f64,
    /// The middle one.
    pub(super) median: f64,
    /// A quarter of the values is not smaller.
    pub(super) upper: f64,
    /// The quartiles are too far apart for the median to be worth much.
    pub(super) noisy: bool,
}

impl Quartiles {
    /// Of some values; none without values. Between two values it interpolates.
    pub(super) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.retain(|value| value.is_finite());
        values.sort_by(f64::total_cmp);
        let (lower, median, upper) =
            (quantile(&values, 1)?, quantile(&values, 2)?, quantile(&values, 3)?);
        Some(Self { lower, median, upper, noisy: upper - lower > NOISY * median.abs() })
    }
}

fn quantile(sorted: &[f64], quarters: usize) -> Option<f64> {
    let place = sorted.len().checked_sub(1)? * quarters;
    let below = sorted.get(place / 4)?;
    let above = sorted.get(place.div_ceil(4))?;
    Some(below + (above - below) * float((place % 4) as u64) / 4.0)
}

/// A count as a floating-point number, for a mean or a rate.
#[expect(clippy::cast_precision_loss, reason = "counts and nanoseconds stay far below 2^52")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

/// A histogram from 100 ns to 60 s with three digits.
pub(super) fn histogram() -> Result<Histogram<u64>, Failure> {
    Histogram::new_with_bounds(100, 60_000_000_000, 3)
        .map_err(|error| Failure::Process(format!("no latency histogram: {error}")))
}

/// Percentiles of a latency, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Latency {
    /// The middle one.
    pub(super) p50: f64,
    /// One in a hundred is longer.
    pub(super) p99: f64,
    /// One in a thousand is longer.
    pub(super) p999: f64,
    /// The longest.
    pub(super) max: f64,
}

impl Latency {
    /// Of what a histogram holds in nanoseconds.
    pub(super) fn of(histogram: &Histogram<u64>) -> Self {
        let micros = |nanos: u64| float(nanos) / 1e3;
        Self {
            p50: micros(histogram.value_at_quantile(0.5)),
            p99: micros(histogram.value_at_quantile(0.99)),
            p999: micros(histogram.value_at_quantile(0.999)),
            max: micros(histogram.max()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64) -> bool {
        (left - right).abs() < 1e-9
    }

    #[test]
    fn quartiles_interpolate_and_ignore_order() {
        let four = Quartiles::of(vec![4.0, 1.0, 3.0, 2.0]).expect("values");
        assert!(near(four.lower, 1.75) && near(four.median, 2.5) && near(four.upper, 3.25));
        assert!(four.noisy);
        let one = Quartiles::of(vec![0.8]).expect("a value");
        assert!(near(one.lower, 0.8) && near(one.upper, 0.8) && !one.noisy);
        assert_eq!(Quartiles::of(vec![]), None);
        assert_eq!(Quartiles::of(vec![f64::NAN]), None);
    }

    #[test]
    fn noisy_means_quartiles_apart_by_more_than_three_tenths() {
        let quiet = Quartiles::of(vec![0.85, 0.86, 1.0, 1.14, 1.15]).expect("values");
        assert!(!quiet.noisy, "{quiet:?}");
        let loud = Quartiles::of(vec![0.8, 0.84, 1.0, 1.16, 1.2]).expect("values");
        assert!(loud.noisy, "{loud:?}");
    }

    #[test]
    fn percentiles_are_right_to_three_digits() {
        let mut latency = histogram().expect("the bounds are right");
        for nanos in 1..=1000_u64 {
            latency.saturating_record(nanos * 1000);
        }
        let Latency { p50, p99, p999, max } = Latency::of(&latency);
        for (shown, right) in [(p50, 500.0), (p99, 990.0), (p999, 999.0), (max, 1000.0)] {
            assert!((shown - right).abs() <= right / 900.0, "{shown} instead of {right}");
        }
        latency.saturating_record(u64::MAX);
        assert!(Latency::of(&latency).max >= 59e6);
    }
}
