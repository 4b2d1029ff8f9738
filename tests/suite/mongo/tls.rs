//! Servers that want TLS: a private authority, certificates of clients, and what is told where one of them is missing.

use bson::doc;
use mongodb::Client;
use strandscope::{Limits, Opened, app::told};

use crate::{
    mongo::common::{first_page, open, page, refused},
    support::{Kind, Server, certificate},
};

/// One session, put there by a client that has all it needs.
async fn with_a_session(kind: Kind) -> (Server, String) {
    let server = Server::start(kind);
    let client = Client::with_uri_str(&server.uri).await.expect("a client");
    let session = doc! { "_id": "a", "session_id": "a", "agents": {}, "updated_at": bson::DateTime::now() };
    client.database("shop").collection("sessions").insert_one(session).await.expect("a session");
    let address = server.uri.split('?').next().expect("an address").to_owned();
    (server, address)
}

async fn reads(uri: &str) {
    match open(uri, Some("shop"), Some("sessions"), Limits::default()).await.expect("it is found") {
        Opened::Store(reader) => assert_eq!(page(&*reader, &first_page(5)).await.0.len(), 1),
        other => panic!("{other:?}"),
    }
}

async fn told(uri: &str) -> String {
    told::sentence(&refused(uri, Some("shop"), Some("sessions")).await)
}

#[tokio::test]
async fn a_private_authority_is_trusted_where_it_is_named() {
    let (_server, address) = with_a_session(Kind::Tls).await;
    let (authority, other) = (certificate("authority"), certificate("other"));
    reads(&format!("{address}?tls=true&tlsCAFile={authority}")).await;
    reads(&format!("{address}?tls=true&tlsInsecure=true")).await;
    reads(&format!("{address}?ssl=true&ssl_ca_certs={authority}")).await;

    let said = told(&address).await;
    assert!(said.contains("closed the connection") && said.contains("set tls=true"), "{said}");
    let said = told(&format!("{address}?tls=true")).await;
    assert!(said.contains("tlsCAFile") && !said.contains("no MongoDB answers"), "{said}");
    let said = told(&format!("{address}?tls=true&tlsCAFile={other}")).await;
    assert!(
        said.contains("was not signed by the authority in tlsCAFile") && !said.contains("needs tlsCAFile"),
        "{said}"
    );
}

#[tokio::test]
async fn a_client_shows_its_certificate_and_may_log_in_with_it() {
    let (server, address) = with_a_session(Kind::TlsOfBoth).await;
    let (authority, client) = (certificate("authority"), certificate("client"));
    let whole = format!("{address}?tls=true&tlsCAFile={authority}&tlsCertificateKeyFile={client}");
    reads(&whole).await;

    let said = told(&format!("{address}?tls=true&tlsCAFile={authority}")).await;
    assert!(said.contains("tlsCertificateKeyFile"), "{said}");
    assert!(!said.contains("a private authority needs"), "that is given and right: {said}");

    let admin = Client::with_uri_str(&server.uri).await.expect("a client");
    let login = format!("{whole}&authMechanism=MONGODB-X509");
    let said = told(&login).await;
    assert!(said.contains("X.509") || said.contains("certificate"), "{said}");
    assert!(!said.contains("password"), "there is none: {said}");
    let user = doc! { "createUser": "CN=client,O=strandscope clients", "roles": [{ "role": "root", "db": "admin" }] };
    admin.database("$external").run_command(user).await.expect("a user");
    reads(&login).await;
    reads(&format!("{login}&authSource=$external")).await;
}
