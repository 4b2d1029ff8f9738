//! What was asked and how it went, counted for `/metrics`.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use strandscope::Usage;

use super::{App, fault::Fault};

/// Upper ends of the histogram, in seconds.
const BOUNDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];
/// How long a request may take until its answer begins, its body included.
const REQUEST: Duration = Duration::from_mins(2);
/// What is counted where a client went away before its answer began.
const GONE: u16 = 499;

/// Running figures.
#[derive(Debug, Default)]
pub struct Monitor(Mutex<Figures>);

#[derive(Debug, Default)]
struct Figures {
    /// By method, route and status.
    requests: BTreeMap<(&'static str, String, u16), u64>,
    /// By route.
    times: BTreeMap<String, Times>,
    in_progress: u64,
    turns: u64,
    interrupted: u64,
    input_tokens: u64,
    output_tokens: u64,
}

#[derive(Debug, Default)]
struct Times {
    /// How many took no longer than each bound.
    within: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
}

/// A request that is answered now; one that is dropped is counted as gone.
struct Watched {
    monitor: Arc<Monitor>,
    method: &'static str,
    route: String,
    since: Instant,
    status: u16,
}

impl Drop for Watched {
    fn drop(&mut self) {
        let took = self.since.elapsed().as_secs_f64();
        let mut figures = self.monitor.figures();
        figures.in_progress -= 1;
        *figures.requests.entry((self.method, self.route.clone(), self.status)).or_default() += 1;
        let times = figures.times.entry(std::mem::take(&mut self.route)).or_default();
        for (within, bound) in times.within.iter_mut().zip(BOUNDS) {
            *within += u64::from(took <= bound);
        }
        times.count += 1;
        times.seconds += took;
    }
}

/// Counts and times every request, and ends one that takes for ever.
pub async fn measure(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    // The route's pattern: an address for each session would be a series for each session.
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let mut watched = app.monitor.begin(known_method(request.method()), route);
    let response = tokio::time::timeout(REQUEST, next.run(request)).await.unwrap_or_else(|_| {
        let why = "the request took too long";
        Fault::new(StatusCode::REQUEST_TIMEOUT, "timeout", why).into_response()
    });
    watched.status = response.status().as_u16();
    response
}

/// Anyone can send any word as a method.
fn known_method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

impl Monitor {
    fn figures(&self) -> std::sync::MutexGuard<'_, Figures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(self: &Arc<Self>, method: &'static str, route: String) -> Watched {
        self.figures().in_progress += 1;
        Watched { monitor: Arc::clone(self), method, route, since: Instant::now(), status: GONE }
    }

    /// A turn is stored.
    pub fn note_turn(&self, usage: Usage, interrupted: bool) {
        let mut figures = self.figures();
        figures.turns += 1;
        figures.interrupted += u64::from(interrupted);
        figures.input_tokens += usage.input.unwrap_or_default();
        figures.output_tokens += usage.output.unwrap_or_default();
    }

    /// The figures in Prometheus' text form.
    pub fn write(&self, out: &mut String) {
        let figures = self.figures();
        let name = "web_requests_total";
        head(out, name, "counter", "Requests by method, route and status; 499: the client went away.");
        for ((method, route, status), count) in &figures.requests {
            let status = status.to_string();
            let labels = [("method", *method), ("route", route.as_str()), ("status", status.as_str())];
            line(out, name, &labels, *count as f64);
        }
        head(out, "web_request_seconds", "histogram", "Seconds until the answer began, by route.");
        for (route, times) in &figures.times {
            times.write(out, route);
        }
        single(out, "web_requests_in_progress", "gauge", "Requests being answered now.", figures.in_progress);
        single(out, "web_turns_total", "counter", "Turns that were stored.", figures.turns);
        let help = "Turns whose client went away on the way.";
        single(out, "web_turns_interrupted_total", "counter", help, figures.interrupted);
        let name = "web_tokens_total";
        head(out, name, "counter", "Tokens that the model told of, in and out.");
        line(out, name, &[("kind", "input")], figures.input_tokens as f64);
        line(out, name, &[("kind", "output")], figures.output_tokens as f64);
    }
}

impl Times {
    fn write(&self, out: &mut String, route: &str) {
        for (bound, within) in BOUNDS.iter().zip(self.within) {
            let bound = bound.to_string();
            line(out, "web_request_seconds_bucket", &[("route", route), ("le", bound.as_str())], within as f64);
        }
        line(out, "web_request_seconds_bucket", &[("route", route), ("le", "+Inf")], self.count as f64);
        line(out, "web_request_seconds_sum", &[("route", route)], self.seconds);
        line(out, "web_request_seconds_count", &[("route", route)], self.count as f64);
    }
}

/// What a series is.
pub fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// A series without labels.
pub fn single(out: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    head(out, name, kind, help);
    line(out, name, &[], value as f64);
}

/// A sample.
pub fn line(out: &mut String, name: &str, labels: &[(&str, &str)], value: f64) {
    let label = |(key, value): &(&str, &str)| {
        let value = value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
        format!("{key}=\"{value}\"")
    };
    let labels: Vec<String> = labels.iter().map(label).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let _ = writeln!(out, "{name}{labels} {value}");
}
