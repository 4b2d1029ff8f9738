//! Times and ratios: medians of several runs, measured turn by turn so that a noisy moment hits both sides.

use std::time::{Duration, Instant};

/// Median seconds of each of two things, run by turns.
pub async fn by_turns<A, B>(rounds: usize, mut one: A, mut other: B) -> (f64, f64)
where
    A: AsyncFnMut(),
    B: AsyncFnMut(),
{
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ones.push(timed(&mut one).await);
        others.push(timed(&mut other).await);
    }
    (median(ones), median(others))
}

async fn timed(what: &mut impl AsyncFnMut()) -> f64 {
    let start = Instant::now();
    what().await;
    start.elapsed().as_secs_f64()
}

/// The median.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A line of the report.
pub fn report(what: &str, ratio: f64, target: &str, detail: &str) {
    println!("{what:<58} {ratio:>9.2}   target {target:<10} {detail}");
}

/// Seconds as a readable duration.
pub fn ms(seconds: f64) -> String {
    format!("{:.2} ms", Duration::from_secs_f64(seconds).as_secs_f64() * 1e3)
}
