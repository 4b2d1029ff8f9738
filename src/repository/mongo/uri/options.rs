//! The options of a connection string, one by one.

mod known;

use std::{borrow::Cow, time::Duration};

use percent_encoding::percent_decode_str;

use super::leaks;
use crate::{
    nearest,
    repository::{Error, Result},
};
use known::{OPTIONS, OptionRule, lookup, pairs};
pub(super) use known::{begin, secrets};

/// As many connections as `maxPoolSize=0` means, no limit: more than any server has.
const NO_LIMIT: &str = "268435455";

/// Beginnings of the options that say how safely one connects: a slip in one of them is not passed over.
const GUARDED: [&str; 3] = ["tls", "ssl", "auth"];

/// From here on (0 to 1) a word is so like a guarded one that it is a slip: `atuhSource` is 0.97 like `authSource`,
/// `autoReconnect` 0.79.
const SLIP: f64 = 0.9;

/// The value of an option, without escapes; of one that stands there twice, the last. `wanted` is its name as the driver's
/// documentation writes it.
#[cfg(any(feature = "app", test))]
pub(super) fn value_of(text: &str, wanted: &str) -> Option<String> {
    let given = pairs(text).filter_map(|pair| pair.split_once('='));
    let values = given.filter(|(name, _)| lookup(name).is_some_and(|(known, _)| known == wanted));
    values.map(|(_, value)| percent_decode_str(value.trim()).decode_utf8_lossy().into_owned()).last()
}

/// The options on their way to the driver.
pub(super) struct UriOptions<'a> {
    /// Names as the driver's documentation writes them, values without escapes.
    given: Vec<(&'static str, String)>,
    /// What was left out, a sentence each.
    pub(super) notes: Vec<String>,
    /// `waitQueueTimeoutMS`.
    pub(super) wait_queue: Option<Duration>,
    timeout: Option<Duration>,
    socket_timeout: Option<Duration>,
    /// The connection string, for what must not be repeated.
    uri: &'a str,
}

impl<'a> UriOptions<'a> {
    /// Reads the part after `?`.
    ///
    /// # Errors
    /// What would be understood otherwise than it was meant.
    pub(super) fn read(text: &str, uri: &'a str) -> Result<Self> {
        let mut options =
            Self { given: Vec::new(), notes: Vec::new(), wait_queue: None, timeout: None, socket_timeout: None, uri };
        for pair in pairs(text) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match lookup(name) {
                Some((name, rule)) => {
                    let value = percent_decode_str(value.trim()).decode_utf8_lossy();
                    options.take(name, rule, value)?;
                }
                None => options.unknown(name)?,
            }
        }
        Ok(options)
    }

    /// One option by its rule.
    fn take(&mut self, name: &'static str, rule: OptionRule, value: Cow<'_, str>) -> Result<()> {
        let lower = value.to_lowercase();
        let out = match rule {
            OptionRule::Flag | OptionRule::Switch => match lower.as_str() {
                "true" | "1" | "yes" => return self.keep(name, "true".to_owned()),
                "false" | "0" | "no" => return self.keep(name, "false".to_owned()),
                _ if matches!(rule, OptionRule::Flag) => {
                    let reason = format!("its {name} is neither true nor false");
                    return Err(Error::uri(reason).with_hint(format!("write {name}=true or {name}=false")));
                }
                _ => "it must be true or false",
            },
            OptionRule::Tags if is_tags(&value) => {
                self.given.push((name, value.into_owned()));
                return Ok(());
            }
            OptionRule::Tags => "it must be NAME:VALUE pairs",
            _ if value.is_empty() => "it is empty",
            OptionRule::Text => return self.keep(name, value.into_owned()),
            OptionRule::Short(most) if value.len() <= most => return self.keep(name, value.into_owned()),
            OptionRule::Short(_) => "it is too long",
            OptionRule::Count(least) => match lower.trim().parse::<u32>() {
                Ok(0) if name == "maxPoolSize" => return self.keep(name, NO_LIMIT.to_owned()),
                Ok(count) if count >= least => return self.keep(name, count.to_string()),
                _ => "it must be a whole number, and not too small a one",
            },
            OptionRule::Millis(least) => match millis(&lower) {
                Some(millis) if millis >= least => return self.keep(name, millis.to_string()),
                _ => "it must be a number of milliseconds, and not too small a one",
            },
            OptionRule::Range(least, most) => match lower.trim().parse::<i64>() {
                // -1 stands for the default where it is no value.
                Ok(-1) if least > -1 => return Ok(()),
                Ok(number) if (least..=most).contains(&number) => return self.keep(name, number.to_string()),
                _ => "its number is none that has a meaning",
            },
            OptionRule::Word(words) if words.contains(&lower.as_str()) => return self.keep(name, lower),
            OptionRule::Word(_) => "its value is not known",
            OptionRule::Choice(words) => {
                let chosen = words.iter().find(|word| word.eq_ignore_ascii_case(&value));
                let chosen = chosen.ok_or_else(|| mistaken_choice(name, &lower, words))?;
                return self.keep(name, (*chosen).to_owned());
            }
            OptionRule::Compressors => return self.compressors(name, &lower),
            OptionRule::Members => return self.members(name, value.into_owned()),
            OptionRule::Ours => return self.ours(name, &lower),
            OptionRule::Refused(why, what) => return Err(Error::uri(format!("its {name} {why}")).with_hint(what)),
            OptionRule::Moot(moot) if moot.contains(&lower.as_str()) => return Ok(()),
            OptionRule::Moot(_) => "what it asks for is not done here",
            OptionRule::Left(why) => why,
        };
        self.note(name, out);
        Ok(())
    }

    /// Passes an option on. Of one that stands there twice the last counts, as in Python.
    fn keep(&mut self, name: &'static str, value: String) -> Result<()> {
        let earlier = self.given.iter().position(|(given, _)| *given == name);
        if let Some(earlier) = earlier.map(|at| self.given.remove(at).1)
            && earlier != value
        {
            if GUARDED.iter().any(|guarded| name.starts_with(guarded)) {
                return Err(Error::uri(format!("it gives {name} twice, and differently"))
                    .with_hint("keep the one that is meant (ssl is another name of tls)"));
            }
            self.notes.push(format!("{name} stands twice in the connection string; the last one counts"));
        }
        self.given.push((name, value));
        Ok(())
    }

    /// Those of the three that are built in.
    fn compressors(&mut self, name: &'static str, value: &str) -> Result<()> {
        let (usable, others): (Vec<&str>, Vec<&str>) = value
            .split(',')
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .partition(|one| matches!(*one, "snappy" | "zlib" | "zstd"));
        if !others.is_empty() {
            self.notes
                .push("of the compressors in the connection string only snappy, zlib and zstd are used".to_owned());
        }
        if usable.is_empty() { Ok(()) } else { self.keep(name, usable.join(",")) }
    }

    /// How many members acknowledge a write.
    fn members(&mut self, name: &'static str, value: String) -> Result<()> {
        match value.parse::<i32>() {
            Ok(0) => self.note(name, "writes are always acknowledged here"),
            Ok(..0) => {
                return Err(
                    Error::uri(format!("its {name} is negative")).with_hint("write a number of members, or majority")
                );
            }
            _ => return self.keep(name, value),
        }
        Ok(())
    }

    /// What the driver lacks and this library has.
    fn ours(&mut self, name: &'static str, value: &str) -> Result<()> {
        let time = millis(value);
        match (name, time) {
            ("connect", _) => match value {
                "direct" => return self.keep("directConnection", "true".to_owned()),
                "automatic" | "replicaset" => {}
                _ => self.note(name, "a connection is made when it is needed"),
            },
            (_, None) => self.note(name, "it must be a number of milliseconds"),
            // No limit of its own.
            ("socketTimeoutMS", Some(0)) => {}
            (_, Some(0)) => self.note(name, "the limits of this program stay"),
            ("socketTimeoutMS", Some(time)) => self.socket_timeout = Some(Duration::from_millis(time)),
            ("timeoutMS", Some(time)) => self.timeout = Some(Duration::from_millis(time)),
            (_, Some(time)) => self.wait_queue = Some(Duration::from_millis(time)),
        }
        Ok(())
    }

    /// An option that nobody knows: left out as Python's driver does, unless it may be one that keeps a connection
    /// safe.
    fn unknown(&mut self, name: &str) -> Result<()> {
        let name = name.trim();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        let showable = name.len() <= 40 && name.chars().all(is_plain) && !leaks(name, self.uri);
        let shown = if showable { format!("the option {name}") } else { "an option".to_owned() };
        let lower: Vec<String> = OPTIONS.iter().map(|(known, _)| known.to_lowercase()).collect();
        let words: Vec<&str> = lower.iter().map(String::as_str).filter(|word| word.len() > 3).collect();
        let near = nearest::nearest(name, &words).and_then(lookup).map(|(known, _)| known);
        let is_guarded = |name: &str| GUARDED.iter().any(|guarded| name.to_lowercase().starts_with(guarded));
        let meant = near.map(|near| format!("did you mean {near}?"));
        let slip = nearest::closest(name, &words).filter(|(_, likeness)| *likeness >= SLIP);
        if is_guarded(name) || slip.is_some_and(|(word, _)| is_guarded(word)) {
            let hint = meant.unwrap_or_else(|| "leave it out to connect without".to_owned());
            let reason = format!("{shown} is not known, and may be meant to keep the connection safe");
            return Err(Error::uri(reason).with_hint(hint));
        }
        let meant = meant.map(|meant| format!("; {meant}")).unwrap_or_default();
        self.notes.push(format!("{shown} of the connection string is left out: it is not known{meant}"));
        Ok(())
    }

    /// What several options say together.
    ///
    /// # Errors
    /// Options that contradict each other.
    pub(super) fn settled(mut self, is_srv: bool, has_several_hosts: bool) -> Result<Self> {
        self.settle_tls()?;
        if !is_srv {
            self.leave("srvMaxHosts", "it counts only with mongodb+srv");
            self.leave("srvServiceName", "it counts only with mongodb+srv");
        }
        if self.value("directConnection") == Some("true") && (is_srv || has_several_hosts) {
            return Err(Error::uri(
                "directConnection=true is for one host, but it names several or a mongodb+srv name",
            )
            .with_hint("leave directConnection out, or name one host with mongodb://"));
        }
        if self.value("readPreference").is_none_or(|mode| mode == "primary") {
            let why = "it counts only with a readPreference other than primary";
            self.leave("readPreferenceTags", why);
            self.leave("maxStalenessSeconds", why);
        }
        Ok(self)
    }

    fn settle_tls(&mut self) -> Result<()> {
        let is = |options: &Self, name| options.value(name) == Some("true");
        if self.value("tls") == Some("false") {
            let given = self.given.iter().map(|(name, value)| (*name, value.as_str()));
            let mut given = given.filter(|(name, value)| name.starts_with("tls") && *value != "false");
            if let Some((other, _)) = given.next() {
                let reason = format!("it says both tls=false and {other}");
                return Err(Error::uri(reason).with_hint("keep the one that is meant"));
            }
            self.given.retain(|(name, _)| *name == "tls" || !name.starts_with("tls"));
        }
        if is(self, "tlsAllowInvalidHostnames") && !is(self, "tlsInsecure") && !is(self, "tlsAllowInvalidCertificates")
        {
            self.leave("tlsAllowInvalidHostnames", "the name in the server's certificate is checked all the same");
        }
        self.drop_quietly("tlsAllowInvalidHostnames");
        if self.value("tlsCertificateKeyFilePassword").is_some() && !cfg!(feature = "key-password") {
            return Err(Error::uri("its tlsCertificateKeyFilePassword cannot be used by this build")
                .with_hint("build with the feature `key-password`, or use a key file without a password"));
        }
        Ok(())
    }

    /// The value of an option that is passed on.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(given, _)| *given == name).map(|(_, value)| value.as_str())
    }

    /// All that is passed on, in their order.
    pub(super) fn kept(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.given.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The deadline of an operation.
    pub(super) fn operation(&self) -> Option<Duration> {
        self.timeout.or(self.socket_timeout)
    }

    /// Passes an option on with this value.
    pub(super) fn set(&mut self, name: &'static str, value: String) {
        self.drop_quietly(name);
        self.given.push((name, value));
    }

    /// Leaves an option out, where it is given, and says so.
    pub(super) fn leave(&mut self, name: &'static str, why: &str) {
        if self.value(name).is_some() {
            self.drop_quietly(name);
            self.note(name, why);
        }
    }

    /// Leaves an option out that changes nothing.
    pub(super) fn drop_quietly(&mut self, name: &str) {
        self.given.retain(|(given, _)| *given != name);
    }

    fn note(&mut self, name: &str, why: &str) {
        self.notes.push(format!("{name} in the connection string is left out: {why}"));
    }
}

/// Whole milliseconds; Python takes fractions.
fn millis(value: &str) -> Option<u64> {
    let millis = value.trim().parse::<f64>().ok()?;
    (0.0..1e12).contains(&millis).then(|| millis.ceil() as u64)
}

fn is_tags(value: &str) -> bool {
    value.is_empty() || value.split(',').all(|tag| tag.split(':').count() == 2)
}

fn mistaken_choice(name: &str, value: &str, words: &[&str]) -> Error {
    let hint = nearest::nearest(value, words)
        .map_or_else(|| format!("it can be {}", words.join(", ")), |word| format!("did you mean {word}?"));
    Error::uri(format!("its {name} is not known")).with_hint(hint)
}
