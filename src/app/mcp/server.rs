//! The protocol, as rmcp speaks it: both of its eras, whatever a client sends first.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
        PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
    },
    serve_server,
    service::{RequestContext, RxJsonRpcMessage, ServerInitializeError, TxJsonRpcMessage},
    transport::{Transport, async_rw::AsyncRwTransport, stdio_pipes},
};

use super::{McpTool, McpTools};

/// Serves over standard input and output until the client goes.
pub(super) async fn over_stdio(tools: Arc<dyn McpTools>) -> io::Result<()> {
    let (input, output) = stdio_pipes();
    serve_over(tools, AsyncRwTransport::new_server(input, output)).await
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
            Err(error) => tracing::debug!(%error, "passed over"),
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
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let Some(answer) = self.0.call(&request.name, &arguments).await else {
            return Err(ErrorData::invalid_params(format!("Unknown tool: {}", request.name), None));
        };
        let content = vec![ContentBlock::text(answer.text)];
        let mut result =
            if answer.is_error { CallToolResult::error(content) } else { CallToolResult::success(content) };
        result.structured_content = answer.structured;
        Ok(result.into())
    }
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
