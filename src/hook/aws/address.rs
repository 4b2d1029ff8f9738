//! Where messages go: ARNs of topics, URLs of queues and of WebSocket APIs, and the region that each of them tells.

/// The ARN of an SNS topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TopicArn {
    pub arn: String,
    pub region: String,
    pub fifo: bool,
}

impl TopicArn {
    /// `None` where the text is none.
    pub fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts[..] else { return None };
        let plain = name.strip_suffix(FIFO).unwrap_or(name);
        let is_one = is_word(partition, 32)
            && partition.starts_with("aws")
            && is_region(region)
            && is_account(account)
            && is_word(plain, 256);
        is_one.then(|| Self { arn: text.to_owned(), region: region.to_owned(), fifo: name.ends_with(FIFO) })
    }
}

/// The URL of an SQS queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QueueUrl {
    pub url: String,
    /// Where the host tells it.
    pub region: Option<String>,
    /// Where it is no host of AWS' own: messages go there and not to the region's endpoint.
    pub endpoint: Option<String>,
    pub fifo: bool,
}

impl QueueUrl {
    /// `None` where the text is none.
    pub fn read(text: &str) -> Option<Self> {
        let url = PlainUrl::read(text)?;
        let mut segments = url.path.trim_start_matches('/').rsplit('/');
        let (name, account) = (segments.next()?, segments.next()?);
        if !is_word(name.strip_suffix(FIFO).unwrap_or(name), 80) || !is_account(account) {
            return None;
        }
        let own = url.is_of_aws() && !url.host.contains("vpce");
        Some(Self {
            url: text.to_owned(),
            region: url.region(&["sqs", "sqs-fips"], "queue"),
            endpoint: (!own).then(|| url.origin()),
            fifo: name.ends_with(FIFO),
        })
    }
}

/// The endpoint of a WebSocket API that takes messages for its connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GatewayUrl {
    /// By http or https, without a slash at the end.
    pub url: String,
    /// Where the host tells it.
    pub region: Option<String>,
}

impl GatewayUrl {
    /// `None` where the text is none. The address that clients connect to (`wss://`) is the same.
    pub fn read(text: &str) -> Option<Self> {
        let text = match text.split_once("://") {
            Some(("wss", rest)) => format!("https://{rest}"),
            Some(("ws", rest)) => format!("http://{rest}"),
            _ => text.to_owned(),
        };
        let url = PlainUrl::read(&text)?;
        let region = url.region(&["execute-api"], "");
        Some(Self { region, url: format!("{}{}", url.origin(), url.path.trim_end_matches('/')) })
    }
}

/// Whether that can stand in the place of AWS' own endpoint.
pub(super) fn is_endpoint(text: &str) -> bool {
    PlainUrl::read(text).is_some()
}

/// Whether that can be a region.
pub(super) fn is_region(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let parts: Vec<&str> = text.split('-').collect();
    let [words @ .., number] = parts.as_slice() else { return false };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    words.len() >= 2 && words.iter().all(|word| is_part(word)) && is_number
}

const FIFO: &str = ".fifo";

fn is_word(text: &str, most: usize) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=most).contains(&text.len()) && text.bytes().all(fits)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A URL by http or https with neither a login nor a query, either of which could hold a secret.
struct PlainUrl<'a> {
    scheme: &'a str,
    /// Without its port.
    host: &'a str,
    /// With its port.
    authority: &'a str,
    path: &'a str,
}

impl<'a> PlainUrl<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'@' | b'?' | b'#' | b'\\'));
        if !is_plain || !matches!(scheme, "http" | "https") {
            return None;
        }
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
        let (host, port) = match authority.rsplit_once(':') {
            // An IPv6 address has colons of its own.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_host = match in_brackets {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.split('.').all(|label| is_word(label, 63)),
        };
        (is_host && port.is_none_or(is_port)).then_some(Self { scheme, host, authority, path })
    }

    fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    fn is_of_aws(&self) -> bool {
        ["amazonaws.com", "amazonaws.com.cn", "api.aws"].iter().any(|end| self.host.ends_with(end))
    }

    /// The label of a region that follows that of a service, or stands in front of another.
    fn region(&self, after: &[&str], before: &str) -> Option<String> {
        let labels: Vec<&str> = self.host.split('.').collect();
        let found = labels.windows(2).find_map(|pair| match *pair {
            [service, region] if after.contains(&service) && is_region(region) => Some(region),
            [region, service] if service == before && is_region(region) => Some(region),
            _ => None,
        });
        found.map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_topic_tells_its_region_and_whether_it_keeps_the_order() {
        let topic = TopicArn::read("arn:aws:sns:eu-west-1:123456789012:feedback-good").unwrap();
        assert_eq!((topic.region.as_str(), topic.fifo), ("eu-west-1", false));
        let topic = TopicArn::read("arn:aws-us-gov:sns:us-gov-east-1:123456789012:f.fifo").unwrap();
        assert_eq!((topic.region.as_str(), topic.fifo), ("us-gov-east-1", true));
        for wrong in [
            "",
            "none",
            "arn:aws:sqs:eu-west-1:123456789012:feedback",
            "arn:aws:sns:eu-west-1:123:feedback",
            "arn:aws:sns::123456789012:feedback",
            "arn:aws:sns:eu-west:123456789012:feedback",
            "arn:aws:sns:eu-west-1:123456789012:",
            "arn:aws:sns:eu-west-1:123456789012:a b",
            "arn:aws:sns:eu-west-1:123456789012:a:subscription",
            "arn:aws:sns:eu-west-1:123456789012:.fifo",
        ] {
            assert_eq!(TopicArn::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_queue_tells_its_region_and_where_it_is() {
        let read = |url: &str| {
            let queue = QueueUrl::read(url).unwrap();
            (queue.region, queue.endpoint, queue.fifo)
        };
        let region = |name: &str| Some(name.to_owned());
        assert_eq!(read("https://sqs.eu-west-1.amazonaws.com/123456789012/a.fifo"), (region("eu-west-1"), None, true));
        assert_eq!(read("https://eu-west-1.queue.amazonaws.com/123456789012/a"), (region("eu-west-1"), None, false));
        assert_eq!(read("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/a").0, region("cn-north-1"));
        let inside = "https://vpce-1-2.sqs.us-east-2.vpce.amazonaws.com";
        assert_eq!(read(&format!("{inside}/123456789012/a")), (region("us-east-2"), region(inside), false));
        let near = "http://localhost:4566";
        assert_eq!(read(&format!("{near}/000000000000/a")), (None, region(near), false));
        for wrong in [
            "sqs",
            "ftp://sqs.eu-west-1.amazonaws.com/123456789012/a",
            "https://sqs.eu-west-1.amazonaws.com/",
            "https://sqs.eu-west-1.amazonaws.com/123456789012",
            "https://sqs.eu-west-1.amazonaws.com/1/a",
            "https://sqs.eu-west-1.amazonaws.com/123456789012/a?token=hunter2",
            "https://me:hunter2@sqs.eu-west-1.amazonaws.com/123456789012/a",
            "https:///123456789012/a",
            "https://host:port/123456789012/a",
            "https://host:0/123456789012/a",
        ] {
            assert_eq!(QueueUrl::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_that_clients_connect_to_takes_messages_too() {
        let gateway = GatewayUrl::read("wss://abc123.execute-api.us-east-1.amazonaws.com/prod/").unwrap();
        assert_eq!(gateway.url, "https://abc123.execute-api.us-east-1.amazonaws.com/prod");
        assert_eq!(gateway.region.as_deref(), Some("us-east-1"));
        let own = GatewayUrl::read("https://sockets.example.org").unwrap();
        assert_eq!((own.url.as_str(), own.region), ("https://sockets.example.org", None));
        assert_eq!(GatewayUrl::read("https://"), None);
        assert!(is_endpoint("http://[::1]:8080") && is_endpoint("http://127.0.0.1:5000"));
        assert!(!is_endpoint("http://[::1") && !is_endpoint("127.0.0.1:5000"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}", prefix in "(https://|arn:aws:sns:)?") {
            let text = prefix + &text;
            let _ = (TopicArn::read(&text), QueueUrl::read(&text), GatewayUrl::read(&text), is_region(&text));
        }
    }
}
