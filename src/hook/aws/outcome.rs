//! What comes of a call that failed: whether trying again may help, and why in words that hold no secret.

use std::{error::Error as StdError, time::Duration};

use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};

use crate::hook::DeliveryOutcome;

/// Nothing came back.
pub(super) const NO_ANSWER: &str = "no answer in time";

const NO_CREDENTIALS: &str = "no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this \
                              machine a profile or a role";

/// What came of an attempt that failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AttemptFailure {
    pub outcome: DeliveryOutcome,
    /// Whether it was for want of keys that are taken: others may be there next time.
    pub needs_keys: bool,
}

impl From<DeliveryOutcome> for AttemptFailure {
    fn from(outcome: DeliveryOutcome) -> Self {
        Self { outcome, needs_keys: false }
    }
}

/// Codes that speak of the keys.
const OF_KEYS: [&str; 7] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// Codes after which trying again may help, besides those that speak of throttling.
const PASSING: [&str; 10] = [
    "BandwidthLimitExceeded",
    "ExpiredToken",
    "ExpiredTokenException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "RequestExpired",
    "RequestLimitExceeded",
    "RequestTimeTooSkewed",
    "SlowDown",
    "TooManyRequestsException",
];

/// What comes of a call of that service that failed.
pub(super) fn failed<E>(service: &str, error: &SdkError<E>) -> AttemptFailure
where
    E: StdError + ProvideErrorMetadata + 'static,
{
    match error {
        SdkError::TimeoutError(_) => again(NO_ANSWER).into(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => again(NO_ANSWER).into(),
        _ => match error.raw_response() {
            // Reading the answer failed half way, or it is none of the service.
            Some(raw) if raw.status().is_success() => not_from(service).into(),
            Some(raw) => {
                let after = raw.headers().get("retry-after").and_then(|after| after.trim().parse().ok());
                answered(service, raw.status().as_u16(), error.code(), after)
            }
            None => unsent(error),
        },
    }
}

/// Something answered in the service's place, such as the page of a network that asks for a login.
pub(super) fn not_from(service: &str) -> DeliveryOutcome {
    again(&format!("what answered is not {service}"))
}

/// The service answered that it did not take the message.
fn answered(service: &str, status: u16, code: Option<&str>, after: Option<u64>) -> AttemptFailure {
    // The code is a word of the service's; what stands beside it may repeat the message.
    let code = code.map(short).filter(|code| !code.is_empty() && code.bytes().all(is_plain));
    let why = match code {
        Some(code) => format!("{service} answered {status} ({code})"),
        None => format!("{service} answered {status}"),
    };
    let passes = code.is_some_and(|code| code.to_ascii_lowercase().contains("throttl") || PASSING.contains(&code));
    let outcome = if passes || status >= 500 || matches!(status, 408 | 425 | 429) {
        DeliveryOutcome::Again { after: after.map(Duration::from_secs), why }
    } else {
        DeliveryOutcome::Never(why)
    };
    AttemptFailure { outcome, needs_keys: code.is_some_and(|code| OF_KEYS.contains(&code)) }
}

/// The code without the service's name in front of it: `AWS.SimpleQueueService.NonExistentQueue`.
fn short(code: &str) -> &str {
    code.rsplit(['.', '#']).next().unwrap_or(code)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Nothing was sent, or nothing came back.
fn unsent(error: &(dyn StdError + 'static)) -> AttemptFailure {
    let mut system = None;
    let mut needs_keys = false;
    let mut broke_off = false;
    let mut at = Some(error);
    while let Some(cause) = at {
        if let Some(error) = cause.downcast_ref::<std::io::Error>() {
            system = Some(error.to_string());
        }
        let text = cause.to_string().to_ascii_lowercase();
        needs_keys |= text.contains("credential") || text.contains("identity");
        broke_off |= text.contains("connection closed before");
        at = cause.source();
    }
    let outcome = match system {
        // Looking for credentials asks the machine's own service for them, which most machines do not have.
        _ if needs_keys => again(NO_CREDENTIALS),
        Some(why) => again(&why),
        None if broke_off => again("the connection ended without an answer"),
        None => again("the request could not be sent"),
    };
    AttemptFailure { outcome, needs_keys }
}

fn again(why: &str) -> DeliveryOutcome {
    DeliveryOutcome::Again { after: None, why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, code: Option<&str>) -> DeliveryOutcome {
        answered("SQS", status, code, None).outcome
    }

    fn tries_again(outcome: &DeliveryOutcome) -> bool {
        matches!(outcome, DeliveryOutcome::Again { .. })
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        for (status, code) in [
            (500, None),
            (503, Some("ServiceUnavailable")),
            (429, None),
            (408, None),
            (400, Some("ThrottlingException")),
            (403, Some("RequestThrottled")),
            (400, Some("com.amazonaws.sqs#RequestThrottled")),
            (400, Some("KMSThrottling")),
            (403, Some("ExpiredToken")),
        ] {
            assert!(tries_again(&outcome(status, code)), "{status} {code:?}");
        }
        let slow = answered("SNS", 503, None, Some(7)).outcome;
        let expected =
            DeliveryOutcome::Again { after: Some(Duration::from_secs(7)), why: "SNS answered 503".to_owned() };
        assert_eq!(slow, expected);
    }

    #[test]
    fn what_stays_wrong_is_given_up() {
        for (status, code) in [
            (400, Some("AWS.SimpleQueueService.NonExistentQueue")),
            (400, Some("QueueDoesNotExist")),
            (404, Some("NotFound")),
            (403, Some("AuthorizationError")),
            (403, Some("AccessDenied")),
            (400, Some("InvalidParameter")),
            (413, Some("PayloadTooLargeException")),
            (301, None),
        ] {
            assert!(!tries_again(&outcome(status, code)), "{status} {code:?}");
        }
        let told = outcome(400, Some("AWS.SimpleQueueService.NonExistentQueue"));
        assert_eq!(told, DeliveryOutcome::Never("SQS answered 400 (NonExistentQueue)".to_owned()));
        let told = outcome(400, Some("the password is hunter2"));
        assert_eq!(told, DeliveryOutcome::Never("SQS answered 400".to_owned()), "a code is one word");
    }

    #[test]
    fn what_was_not_sent_is_tried_again_in_the_words_of_the_system() {
        #[derive(Debug, thiserror::Error)]
        #[error("an error occurred while loading credentials from hunter2")]
        struct Lacking(#[source] std::io::Error);
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        assert_eq!(unsent(&refused), AttemptFailure::from(again("connection refused")));
        let lacking = AttemptFailure { outcome: again(NO_CREDENTIALS), needs_keys: true };
        assert_eq!(unsent(&Lacking(refused)), lacking);
        assert_eq!(unsent(&std::fmt::Error), AttemptFailure::from(again("the request could not be sent")));
    }

    #[test]
    fn keys_that_are_not_taken_are_told_from_what_may_not_be_done() {
        for (code, needs_keys) in [
            ("ExpiredToken", true),
            ("com.amazon.coral.service#ExpiredTokenException", true),
            ("InvalidClientTokenId", true),
            ("AccessDenied", false),
            ("QueueDoesNotExist", false),
        ] {
            assert_eq!(answered("SQS", 403, Some(code), None).needs_keys, needs_keys, "{code}");
        }
    }
}
