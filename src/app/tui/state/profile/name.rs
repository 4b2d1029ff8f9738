//! What a connection may be called.

use core::net::IpAddr;

use crate::{
    app::place::{Origin, Place},
    disk,
    repository::Target,
};

/// The first word of its host, or the name of its folder; with a number where a profile is called that already.
pub(super) fn suggested(place: &Place, taken: &[Place]) -> String {
    let name = match &place.origin {
        Origin::Target(Target::Folder(path)) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.is_empty() { disk::shorten_home(path) } else { name }
        }
        _ if place.is_profile => place.name.clone(),
        _ => of_hosts(&place.name),
    };
    let is_taken = |name: &str| taken.iter().any(|place| place.is_profile && place.name == name);
    if !is_taken(&name) {
        return name;
    }
    let mut others = (2..).map(|number| format!("{name}-{number}"));
    others.find(|other| !is_taken(other)).unwrap_or_default()
}

/// An address in numbers is no name that one knows again by its first number.
fn of_hosts(hosts: &str) -> String {
    let first = hosts.split(',').next().unwrap_or_default();
    let host = match first.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => first.split(':').next().unwrap_or_default(),
    };
    match host.parse::<IpAddr>() {
        Ok(address) if address.is_loopback() => "local".to_owned(),
        Ok(_) => host.replace(['.', ':'], "-"),
        Err(_) => host.split('.').next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_is_known_again_and_free() {
        let named = |hosts: &str| suggested(&Place::plain(hosts, Origin::Demo), &[]);
        for (hosts, wanted) in [
            ("db.example.org:27017,other", "db"),
            ("localhost:27017", "localhost"),
            ("127.0.0.1:27017", "local"),
            ("[::1]:27017", "local"),
            ("10.0.0.7:27017", "10-0-0-7"),
        ] {
            assert_eq!(named(hosts), wanted);
        }
        let profile = |name: &str| Place { is_profile: true, ..Place::plain(name, Origin::Demo) };
        let taken = [profile("db"), profile("db-2"), Place::plain("other", Origin::Demo)];
        assert_eq!(suggested(&Place::plain("db:1", Origin::Demo), &taken), "db-3");
        assert_eq!(suggested(&Place::plain("other:1", Origin::Demo), &taken), "other");
    }
}
