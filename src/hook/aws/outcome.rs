//! What comes of a call that failed: whether trying again may help, and why in words that hold no secret.

use std::{error::Error as StdError, time::Duration};

use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};

use crate::hook::DeliveryOutcome;

/// Nothing came back.
pub(super) const NO_ANSWER: &str = "no answer in time";

const NO_CREDENTIALS: &str = "no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this \
                              machine a profile or a role";

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
pub(super) fn failed<E>(service: &str, error: &SdkError<E>) -> DeliveryOutcome
where
    E: StdError + ProvideErrorMetadata + 'static,
{
    match error {
        SdkError::TimeoutError(_) => again(NO_ANSWER),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => again(NO_ANSWER),
        // Reading the answer failed half way, or what came is no answer of the service.
        SdkError::ResponseError(context) if context.raw().status().is_success() => {
            again(&format!("what answered is not {service}"))
        }
        _ => match error.raw_response() {
            Some(raw) => {
                let after = raw.headers().get("retry-after").and_then(|after| after.trim().parse().ok());
                answered(service, raw.status().as_u16(), error.code(), after)
            }
            None => unsent(error),
        },
    }
}

/// The service answered that it did not take the message.
fn answered(service: &str, status: u16, code: Option<&str>, after: Option<u64>) -> DeliveryOutcome {
    // The code is a word of the service's; what stands beside it may repeat the message.
    let code = code.map(short).filter(|code| !code.is_empty() && code.bytes().all(is_plain));
    let why = match code {
        Some(code) => format!("{service} answered {status} ({code})"),
        None => format!("{service} answered {status}"),
    };
    let passes = code.is_some_and(|code| code.to_ascii_lowercase().contains("throttl") || PASSING.contains(&code));
    if passes || status >= 500 || matches!(status, 408 | 425 | 429) {
        return DeliveryOutcome::Again { after: after.map(Duration::from_secs), why };
    }
    DeliveryOutcome::Never(why)
}

/// The code without the service's name in front of it: `AWS.SimpleQueueService.NonExistentQueue`.
fn short(code: &str) -> &str {
    code.rsplit(['.', '#']).next().unwrap_or(code)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Nothing was sent, or nothing came back.
fn unsent(error: &(dyn StdError + 'static)) -> DeliveryOutcome {
    let mut system = None;
    let mut of_credentials = false;
    let mut at = Some(error);
    while let Some(cause) = at {
        if let Some(error) = cause.downcast_ref::<std::io::Error>() {
            system = Some(error.to_string());
        }
        let text = cause.to_string().to_ascii_lowercase();
        of_credentials |= text.contains("credential") || text.contains("identity");
        at = cause.source();
    }
    match system {
        // Looking for credentials asks the machine's own service for them, which most machines do not have.
        _ if of_credentials => again(NO_CREDENTIALS),
        Some(why) => again(&why),
        None => again("the request could not be sent"),
    }
}

fn again(why: &str) -> DeliveryOutcome {
    DeliveryOutcome::Again { after: None, why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, code: Option<&str>) -> DeliveryOutcome {
        answered("SQS", status, code, None)
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
        let slow = answered("SNS", 503, None, Some(7));
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
        assert_eq!(unsent(&refused), again("connection refused"));
        assert_eq!(unsent(&Lacking(refused)), again(NO_CREDENTIALS));
    }
}
