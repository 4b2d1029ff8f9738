//! Waits between attempts.

use std::time::Duration;

/// Somewhat less or more than that, by chance: so that many who failed together do not come back together.
pub(crate) fn spread(wait: Duration) -> Duration {
    let mut random = [0_u8; 1];
    let share = getrandom::fill(&mut random).map_or(0.5, |()| f64::from(random[0]) / 255.0);
    wait.mul_f64(0.75 + share / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_spread_by_a_quarter_at_most() {
        for _ in 0..100 {
            let wait = spread(Duration::from_secs(4));
            assert!((Duration::from_secs(3)..=Duration::from_secs(5)).contains(&wait), "{wait:?}");
        }
    }
}
