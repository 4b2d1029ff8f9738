"""Uses the tools as the SDK for Python does, and prints what it found."""

import asyncio
import json
import sys

from mcp import Client, MCPError, StdioServerParameters


async def main(program: str, home: str, mode: str) -> None:
    server = StdioServerParameters(
        command=program,
        args=["mcp", "--session", "s", "--dir", home + "/sessions"],
        env={"HOME": home, "XDG_STATE_HOME": home + "/state"},
    )
    async with Client(server, mode=mode) as client:
        tools = (await client.list_tools()).tools
        found = {
            "version": client.protocol_version,
            "tools": [[tool.name, tool.annotations.read_only_hint] for tool in tools],
        }
        metadata = {"b": {"c": [True, None]}, "n": 2.5}
        answer = await client.call_tool("manage_metadata", {"action": "set", "metadata": metadata})
        found["set"] = [answer.content[0].text, bool(answer.is_error)]
        # Checked against the output schema by the SDK.
        found["got"] = (await client.call_tool("get_metadata", {})).structured_content
        wrong = await client.call_tool("manage_metadata", {"action": "drop"})
        found["wrong"] = [wrong.content[0].text, wrong.is_error]
        try:
            await client.call_tool("drop_metadata", {})
        except MCPError as error:
            found["unknown"] = error.code
    print(json.dumps(found))


asyncio.run(main(*sys.argv[1:]))
