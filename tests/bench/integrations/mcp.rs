//! An answer over MCP, in both eras of the protocol, beyond what the same question takes of the manager.

use rmcp::{
    ServiceExt,
    model::{CallToolRequestParams, ClientInfo, ProtocolVersion},
    transport::TokioChildProcess,
};
