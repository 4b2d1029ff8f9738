//! Keep the conversation of an agent that you already have.
//!
//! Three calls do it:
//!
//! - [`initialize`](crate::SessionManager::initialize) creates the agent in the session, or resumes it;
//! - [`append_message`](crate::SessionManager::append_message) stores each new message;
//! - [`sync_agent`](crate::SessionManager::sync_agent) stores what changed of its state, after each turn.
//!
//! A resumed agent gets its state, its model and prompt, and the messages that its model is to see. Another process can go
//! on with the session, and so can Strands in Python. One rule: the results of all tools of one answer go into *one* user
//! message, right after that answer.
//!
//! # A loop of your own
//!
//! ```rust
//! use strandscope::bson::{Document, doc};
//! use strandscope::{Agent, MessageBody, Resumed, SessionManager, Started, ToolStatus};
//!
//! #[derive(Default)]
//! struct Support { turns: i32, said: Vec<MessageBody> }
//!
//! impl Agent for Support {
//!     fn agent_id(&self) -> &str { "support" }
//!     fn state(&self) -> Document { doc! { "turns": self.turns } }
//!     fn restore(&mut self, resumed: Resumed) {
//!         self.turns = resumed.state.get_i32("turns").unwrap_or_default();
//!         self.said = resumed.messages;
//!     }
//! }
//!
//! /// Your call of a model goes here. This one is scripted: it asks for a tool, then answers.
//! async fn model(said: &[MessageBody]) -> MessageBody {
//!     match said.len() {
//!         1 => MessageBody::assistant("Let me look.").with_tool_use("t-1", "lookup", doc! { "order": "A100" }),
//!         _ => MessageBody::assistant("It left on Monday."),
//!     }
//! }
//!
//! impl Support {
//!     async fn keep(&mut self, manager: &SessionManager, mut body: MessageBody) -> strandscope::Result<()> {
//!         manager.append_message(self.agent_id(), &mut body).await?;
//!         self.said.push(body);
//!         Ok(())
//!     }
//!
//!     async fn turn(&mut self, manager: &SessionManager, prompt: &str) -> strandscope::Result<()> {
//!         self.keep(manager, MessageBody::user(prompt)).await?;
//!         loop {
//!             let answer = model(&self.said).await;
//!             let calls = answer.tool_uses();
//!             self.keep(manager, answer).await?;
//!             if calls.is_empty() { break; }
//!             let results = calls.iter().fold(MessageBody::new("user", Vec::new()), |body, call| {
//!                 body.with_tool_result(&call.id, &ToolStatus::Success, "sent on Monday") // run the tool here
//!             });
//!             self.keep(manager, results).await?;
//!         }
//!         self.turns += 1;
//!         manager.sync_agent(self).await
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> strandscope::Result<()> {
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let path = folder.path();
//! // Or: strandscope::open_mongo("mongodb://localhost:27017", "agents", "sessions").await?
//! let sessions = strandscope::open_folder(path).await?;
//! let manager = SessionManager::new(sessions.clone(), "order-A100");
//! let mut agent = Support::default();
//! assert_eq!(manager.initialize(&mut agent).await?, Started::Created);
//! agent.turn(&manager, "Where is order A100?").await?;
//!
//! // Another day, another process.
//! let mut again = Support::default();
//! let manager = SessionManager::new(sessions, "order-A100");
//! assert_eq!(manager.initialize(&mut again).await?, Started::Resumed(4));
//! assert_eq!((again.turns, again.said[3].to_string().as_str()), (1, "It left on Monday."));
//! # Ok(())
//! # }
//! ```
//!
//! # rig
//!
//! Written for `rig` 0.42. Once a turn succeeded, `Chat::chat` adds its messages to your history, tool calls and results
//! included. Store what it added. `Support` is as above.
//!
//! ```rust,ignore
//! use rig::message::{AssistantContent, Message, ToolCall, ToolCallId, ToolFunction, ToolResultContent, UserContent};
//! use rig::prelude::Chat;
//! use strandscope::{MessageBody, ToolStatus, bson};
//!
//! fn to_body(message: &Message) -> anyhow::Result<MessageBody> {
//!     match message {
//!         Message::System { .. } => anyhow::bail!("give the system prompt as Agent::system_prompt"),
//!         Message::User { content } => {
//!             content.iter().try_fold(MessageBody::new("user", vec![]), |body, part| Ok(match part {
//!                 UserContent::Text(text) => body.with_text(&text.text),
//!                 UserContent::ToolResult(result) => {
//!                     let texts: Vec<String> = result.content.iter().map(|part| match part {
//!                         ToolResultContent::Json { value } => value.to_string(),
//!                         other => other.as_text().unwrap_or("[image]").to_owned(),
//!                     }).collect();
//!                     body.with_tool_result(result.call.as_str(), &ToolStatus::Success, &texts.join("\n"))
//!                 }
//!                 _ => body, // images: with_image
//!             }))
//!         }
//!         Message::Assistant { content, .. } => {
//!             content.iter().try_fold(MessageBody::new("assistant", vec![]), |body, part| Ok(match part {
//!                 AssistantContent::Text(text) => body.with_text(&text.text),
//!                 AssistantContent::ToolCall(call) => {
//!                     let input = bson::serialize_to_bson(&call.function.arguments)?;
//!                     body.with_tool_use(call.id.as_str(), &call.function.name, input)
//!                 }
//!                 _ => body, // reasoning: with_reasoning
//!             }))
//!         }
//!     }
//! }
//! fn to_rig(bodies: &[MessageBody]) -> Vec<Message> {
//!     let mut names = std::collections::HashMap::new(); // rig wants a tool's name on its result
//!     bodies.iter().map(|body| {
//!         if body.role() == "assistant" {
//!             let mut content: Vec<_> = body.texts().into_iter().map(AssistantContent::text).collect();
//!             for call in body.tool_uses() {
//!                 names.insert(call.id.clone(), call.name.clone());
//!                 let function = ToolFunction::new(call.name, call.input.into_relaxed_extjson());
//!                 content.push(AssistantContent::ToolCall(ToolCall::new(ToolCallId::new_or_mint(call.id), function)));
//!             }
//!             return Message::Assistant { id: None, content };
//!         }
//!         let mut content: Vec<_> = body.tool_results().into_iter().map(|result| {
//!             let name = names.get(&result.id).cloned().unwrap_or_default();
//!             UserContent::tool_result(result.id.clone(), name, vec![ToolResultContent::text(result.text())])
//!         }).collect();
//!         content.extend(body.texts().into_iter().map(UserContent::text));
//!         Message::User { content }
//!     }).collect()
//! }
//!
//! // After `manager.initialize(&mut support)` and `let mut history = to_rig(&support.said)`, each turn:
//! let before = history.len();
//! let answer = rig_agent.chat(prompt, &mut history).await?;
//! for message in &history[before..] {
//!     manager.append_message("support", &mut to_body(message)?).await?;
//! }
//! support.turns += 1;
//! manager.sync_agent(&support).await?;
//! ```
//!
//! An agent with tools needs more than one model call a turn: set `AgentBuilder::default_max_turns`. rig does not tell on a
//! `ToolResult` whether the tool failed, so each is kept as a success. Later releases differ: by 0.45 `Message::Assistant`
//! holds an `AssistantMessage`, and `chat` is a method of `Agent` that returns a response. The calls stay where they are.
//!
//! # swiftide
//!
//! Written for `swiftide` 0.32; its `ChatMessage` is the same in 0.34. Implement `MessageHistory`: it is told of every
//! message. The hook `on_new_message` is not enough, because the user's query does not pass through it.
//!
//! ```rust,ignore
//! use swiftide::agents::{Agent, DefaultContext};
//! use swiftide::chat_completion::{ChatMessage, ToolCall, ToolOutput};
//! use swiftide::traits::MessageHistory;
//! use strandscope::{MessageBody, SessionManager, ToolStatus, async_trait, bson};
//!
//! /// What the newest message completes: results wait until each call of the answer has its own.
//! fn to_body(said: &[ChatMessage]) -> anyhow::Result<Option<MessageBody>> {
//!     Ok(match said.last() {
//!         Some(ChatMessage::User(text) | ChatMessage::Summary(text)) => Some(MessageBody::user(text)),
//!         Some(ChatMessage::Assistant(text, calls)) => {
//!             let body = text.iter().fold(MessageBody::new("assistant", vec![]), |body, text| body.with_text(text));
//!             Some(calls.iter().flatten().try_fold(body, |body, call| {
//!                 let args = call.args().filter(|args| !args.is_empty()).unwrap_or("{}");
//!                 let input: serde_json::Value = serde_json::from_str(args)?;
//!                 anyhow::Ok(body.with_tool_use(call.id(), call.name(), bson::serialize_to_bson(&input)?))
//!             })?)
//!         }
//!         Some(ChatMessage::ToolOutput(..)) => {
//!             let Some(answer) = said.iter().rposition(ChatMessage::is_assistant) else { return Ok(None) };
//!             let ChatMessage::Assistant(_, Some(calls)) = &said[answer] else { return Ok(None) };
//!             let results = said[answer + 1..].iter().filter(|message| message.is_tool_output());
//!             let complete = results.clone().count() == calls.len();
//!             complete.then(|| results.fold(MessageBody::new("user", vec![]), |body, message| {
//!                 let ChatMessage::ToolOutput(call, output) = message else { return body };
//!                 let status = if output.is_fail() { ToolStatus::Error } else { ToolStatus::Success };
//!                 let text = output.content().map_or_else(|| output.to_string(), str::to_owned);
//!                 body.with_tool_result(call.id(), &status, &text)
//!             }))
//!         }
//!         _ => None, // System: Agent::system_prompt. UserWithParts: with_image. Reasoning is left out.
//!     })
//! }
//! fn to_swiftide(bodies: &[MessageBody]) -> anyhow::Result<Vec<ChatMessage>> {
//!     let (mut said, mut calls) = (Vec::new(), Vec::<ToolCall>::new());
//!     for body in bodies {
//!         for result in body.tool_results() {
//!             let Some(call) = calls.iter().find(|call| call.id() == result.id) else { continue };
//!             let failed = result.status == Some(ToolStatus::Error);
//!             let output = if failed { ToolOutput::fail(result.text()) } else { ToolOutput::text(result.text()) };
//!             said.push(ChatMessage::new_tool_output(call.clone(), output));
//!         }
//!         let text = Some(body.texts().join("\n")).filter(|text| !text.is_empty());
//!         if body.role() == "assistant" {
//!             calls = body.tool_uses().into_iter().map(|call| {
//!                 let args = call.input.into_relaxed_extjson().to_string();
//!                 ToolCall::builder().id(call.id).name(call.name).args(args).build()
//!             }).collect::<Result<_, _>>()?;
//!             said.push(ChatMessage::new_assistant(text, (!calls.is_empty()).then(|| calls.clone())));
//!         } else {
//!             said.extend(text.map(ChatMessage::User));
//!         }
//!     }
//!     Ok(said)
//! }
//! #[derive(Debug)]
//! struct Kept { manager: SessionManager, said: tokio::sync::Mutex<Vec<ChatMessage>> }
//!
//! #[async_trait]
//! impl MessageHistory for Kept {
//!     async fn history(&self) -> anyhow::Result<Vec<ChatMessage>> { Ok(self.said.lock().await.clone()) }
//!     async fn push_owned(&self, item: ChatMessage) -> anyhow::Result<()> {
//!         let mut said = self.said.lock().await;
//!         said.push(item);
//!         if let Some(mut body) = to_body(&said)? {
//!             self.manager.append_message("support", &mut body).await?;
//!         }
//!         Ok(())
//!     }
//!     async fn overwrite(&self, items: Vec<ChatMessage>) -> anyhow::Result<()> {
//!         *self.said.lock().await = items; // the session goes on holding what swiftide takes back
//!         Ok(())
//!     }
//! }
//!
//! // After `manager.initialize(&mut support)`:
//! let mut said = vec![ChatMessage::new_system("You help with orders.")];
//! said.extend(to_swiftide(&support.said)?);
//! let history = Kept { manager: manager.clone(), said: said.into() };
//! let context = DefaultContext::default().with_message_history(history).to_owned();
//! let mut agent = Agent::builder().llm(&llm).context(context).no_system_prompt().build()?;
//! // Each turn:
//! agent.query(prompt).await?;
//! support.turns += 1;
//! manager.sync_agent(&support).await?;
//! ```
//!
//! The system prompt stands first in the history, and the builder is told `no_system_prompt`: swiftide would add it after
//! the messages that were resumed.
