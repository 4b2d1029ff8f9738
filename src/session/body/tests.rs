use super::*;
use crate::session::Block;

#[test]
fn every_block_reads_back_as_it_was_built() {
    let body = MessageBody::assistant("a")
        .with_reasoning("why")
        .with_tool_use("t", "look", doc! { "x": 1 })
        .with_tool_result("t", &ToolStatus::Error, "gone")
        .with_image("png", vec![1, 2, 3])
        .with_usage(Usage::new(3, 4));
    assert_eq!(body.texts(), ["a"]);
    assert!(matches!(&body.content()[1], Block::Reasoning { text: Some(text), .. } if text == "why"));
    assert_eq!(body.tool_uses()[0].input, Bson::Document(doc! { "x": 1 }));
    let result = &body.tool_results()[0];
    assert_eq!((result.text().as_str(), &result.status), ("gone", &Some(ToolStatus::Error)));
    assert!(matches!(body.content()[4], Block::Media(_)));
    assert_eq!(body.usage().unwrap().total, Some(7));
    let read = body.read();
    assert!(read.findings.iter().all(|finding| finding.path.contains("message_id")), "{:?}", read.findings);
}

#[test]
fn reasoning_comes_back_with_what_its_provider_gave() {
    let body = MessageBody::new("assistant", vec![])
        .with_reasoning("unsigned")
        .with_signed_reasoning("signed", "s-1")
        .with_redacted_reasoning(vec![251, 255])
        .with_text("said")
        .with_block(doc! { "type": "thinking", "thinking": "theirs", "signature": "s-2" })
        .with_block(doc! { "type": "redacted_thinking", "data": "-_8" })
        .with_block(doc! { "reasoningContent": { "redactedContent": { "__bytes_encoded__": true, "data": "+/8=" } } });
    let text = |text: &str, signature: Option<&str>| Reasoning {
        text: Some(text.to_owned()),
        signature: signature.map(str::to_owned),
        redacted: None,
    };
    let redacted = Reasoning { text: None, signature: None, redacted: Some(vec![251, 255]) };
    let expected = [
        text("unsigned", None),
        text("signed", Some("s-1")),
        redacted.clone(),
        text("theirs", Some("s-2")),
        redacted.clone(),
        redacted,
    ];
    assert_eq!(body.reasoning(), expected);
    let told = body.content().into_iter().filter(|block| matches!(block, Block::Reasoning { .. }));
    assert_eq!(told.count(), expected.len(), "what is read whole is what is told of");
}

#[test]
fn images_come_back_with_their_bytes() {
    let body = MessageBody::user("see")
        .with_image("png", vec![251, 255])
        .with_block(doc! { "image": { "format": "gif", "source": { "bytes": "+/8=" } } })
        .with_block(doc! { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "+/8=" } })
        .with_block(doc! { "image": { "format": "png", "source": { "location": { "uri": "s3://b/k" } } } })
        .with_block(doc! { "image": { "source": { "bytes": 5 } } })
        .with_block(doc! { "video": { "format": "mp4", "source": { "bytes": "+/8=" } } });
    let image = |format: Option<&str>, bytes: Option<Vec<u8>>, location: Option<Document>| Image {
        format: format.map(str::to_owned),
        bytes,
        location: location.map(Bson::Document),
    };
    let bytes = Some(vec![251, 255]);
    let expected = [
        image(Some("png"), bytes.clone(), None),
        image(Some("gif"), bytes.clone(), None),
        image(Some("png"), bytes, None),
        image(Some("png"), None, Some(doc! { "uri": "s3://b/k" })),
        image(None, None, None),
    ];
    assert_eq!(body.images(), expected);
}

#[test]
fn images_in_results_of_tools_come_in_their_order() {
    let image = |bytes: &str| doc! { "image": { "format": "png", "source": { "bytes": bytes } } };
    let typed = doc! { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "BA==" } };
    let body = MessageBody::user("see")
        .with_image("png", vec![1])
        .with_block(
            doc! { "toolResult": { "toolUseId": "a", "content": [{ "text": "x" }, image("Ag=="), image("Aw==")] } },
        )
        .with_block(doc! { "type": "tool_result", "tool_use_id": "b", "content": [typed] })
        .with_image("png", vec![5]);
    let bytes: Vec<_> = body.all_images().into_iter().map(|image| image.bytes.unwrap()).collect();
    assert_eq!(bytes, [[1], [2], [3], [4], [5]]);
    assert_eq!(body.images().len(), 2);
}

#[test]
fn the_text_of_a_result_holds_all_its_parts() {
    let parts = vec![
        doc! { "text": "found" },
        doc! { "json": { "total": 42.5, "items": [1, 2] } },
        doc! { "image": { "format": "png", "source": { "bytes": "+/8=" } } },
    ];
    let body = MessageBody::new("user", vec![]).with_tool_result_of("t", &ToolStatus::Success, parts);
    let text = "found\n{\"total\":42.5,\"items\":[1,2]}\n[image png 2 bytes]";
    assert_eq!(body.tool_results()[0].text(), text);
    assert_eq!(body.to_string(), text);
}

#[test]
fn it_is_its_document_in_json() {
    let body = MessageBody::user("hi").with_tracking_id("id-1");
    let json = serde_json::to_value(&body).unwrap();
    assert_eq!(json["tracking_id"], "id-1");
    assert_eq!(serde_json::from_value::<MessageBody>(json).unwrap(), body);
    assert_eq!(body.to_string(), "hi");
    assert_eq!(MessageBody::from(Document::from(body.clone())), body);
}

#[test]
fn a_tracking_id_is_given_once() {
    let mut body = MessageBody::user("hi");
    body.ensure_tracking_id();
    let id = body.tracking_id().unwrap().to_owned();
    assert_eq!(uuid::Uuid::parse_str(&id).unwrap().get_version_num(), 4);
    body.ensure_tracking_id();
    assert_eq!(body.tracking_id(), Some(id.as_str()));
}
