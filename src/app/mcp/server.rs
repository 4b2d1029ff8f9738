//! The protocol, as rmcp speaks it: both of its eras, whatever a client sends first.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, CustomRequest, CustomResult, ErrorCode,
        Implementation, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
        ToolAnnotations,
    },
    serve_server,
    service::{RequestContext, RxJsonRpcMessage, ServerInitializeError, TxJsonRpcMessage},
    transport::{Transport, async_rw::AsyncRwTransport, stdio_pipes},
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

use super::{McpTool, McpTools};

/// Bytes of a message at most; one that is longer is passed over. Three times what a document may hold, as ASCII with escapes.
const LONGEST_MESSAGE: usize = 64 * 1024 * 1024;
/// Characters of a name that is told back.
const LONGEST_NAME: usize = 200;

/// Serves over standard input and output until the client goes.
pub(super) async fn over_stdio(tools: Arc<dyn McpTools>) -> io::Result<()> {
    let (input, output) = stdio_pipes();
    serve_over(tools, lines(input, output)).await
}

/// A message a line; the last one needs no end of line.
fn lines<R, W>(input: R, output: W) -> impl Transport<RoleServer, Error = io::Error> + 'static
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    AsyncRwTransport::new_server(input.chain(&b"\n"[..]), output).with_max_line_length(LONGEST_MESSAGE)
}

/// rmcp gives up on a client whose first message is neither a request nor anything that has its place there. Such a message is passed
/// over here, and the pipes, with all that was read from them, go to the next attempt.
async fn serve_over<T>(tools: Arc<dyn McpTools>, pipes: T) -> io::Result<()>
where
    T: Transport<RoleServer, Error = io::Error> + 'static,
{
    let kept = Arc::new(Mutex::new(Some(pipes)));
    loop {
        let pipes = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let lent = LentPipes { pipes, kept: Arc::clone(&kept) };
        match serve_server(ServedTools(Arc::clone(&tools)), lent).await {
            Ok(running) => return running.waiting().await.map(drop).map_err(io::Error::other),
            // The client went before it began.
            Err(
                ServerInitializeError::ConnectionClosed(_)
                | ServerInitializeError::TransportError { .. }
                | ServerInitializeError::Cancelled,
            ) => return Ok(()),
            // It holds what the client said.
            Err(_) => tracing::debug!("what a client said first has no place there: it is passed over"),
        }
    }
}

/// Pipes that come back when an attempt to begin ends.
struct LentPipes<T: Transport<RoleServer>> {
    pipes: Option<T>,
    kept: Arc<Mutex<Option<T>>>,
}

impl<T: Transport<RoleServer>> Drop for LentPipes<T> {
    fn drop(&mut self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = self.pipes.take();
    }
}

impl<T: Transport<RoleServer, Error = io::Error> + 'static> Transport<RoleServer> for LentPipes<T> {
    type Error = io::Error;

    fn send(&mut self, message: TxJsonRpcMessage<RoleServer>) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let sending = self.pipes.as_mut().map(|pipes| pipes.send(message));
        async move {
            match sending {
                Some(sending) => sending.await,
                None => Err(io::ErrorKind::NotConnected.into()),
            }
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        self.pipes.as_mut()?.receive().await
    }

    async fn close(&mut self) -> io::Result<()> {
        match &mut self.pipes {
            Some(pipes) => pipes.close().await,
            None => Ok(()),
        }
    }
}

/// The tools as rmcp asks for them.
struct ServedTools(Arc<dyn McpTools>);

impl ServerHandler for ServedTools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("strandscope", env!("CARGO_PKG_VERSION")))
            .with_instructions(self.0.instructions())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.0.tools().into_iter().map(listed).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let answer = tokio::select! {
            biased;
            answer = self.0.call(&request.name, &arguments) => answer,
            // Nobody waits for it any longer, and nobody gets this.
            () = context.ct.cancelled(), if self.0.may_be_given_up() => {
                return Err(ErrorData::internal_error("the call was cancelled", None));
            }
        };
        let Some(answer) = answer else {
            return Err(ErrorData::invalid_params(format!("Unknown tool: {}", start(&request.name)), None));
        };
        let content = vec![ContentBlock::text(answer.text)];
        let mut result =
            if answer.is_error { CallToolResult::error(content) } else { CallToolResult::success(content) };
        result.structured_content = answer.structured;
        Ok(result.into())
    }

    /// What has no form that is known: a method that is not, or one whose parameters are not.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let method = start(&request.method);
        Err(match method {
            "tools/call" => {
                ErrorData::invalid_params("tools/call takes a name, a string, and arguments, an object", None)
            }
            "initialize" | "ping" | "server/discover" | "tools/list" => {
                ErrorData::invalid_params(format!("the params of {method} are not as the protocol has them"), None)
            }
            _ => ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method.to_owned(), None),
        })
    }
}

/// As much of a name as is told back.
fn start(name: &str) -> &str {
    name.char_indices().nth(LONGEST_NAME).map_or(name, |(end, _)| &name[..end])
}

/// All tools are of a closed world: one store of sessions.
fn listed(tool: McpTool) -> Tool {
    let hints = ToolAnnotations::new()
        .read_only(tool.read_only)
        .destructive(tool.destructive)
        .idempotent(tool.idempotent)
        .open_world(false);
    Tool::new(tool.name, tool.description, Arc::new(tool.input))
        .with_title(tool.title)
        .with_raw_output_schema(Arc::new(tool.output))
        .with_annotations(hints)
}

#[cfg(test)]
mod tests;
