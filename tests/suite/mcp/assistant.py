"""Calls the tools for assistants as the SDK for Python does, and prints what they gave."""

import asyncio
import json
import sys

from mcp import Client, StdioServerParameters

CALLS = {
    "list_sessions": {"count": True},
    "show_messages": {"session_id": "s"},
    "find_text": {"text": "order a100", "limit": 1},
    "session_metrics": {"session_id": "s"},
    "session_health": {"session_id": "s"},
}


async def main(program: str, home: str) -> None:
    server = StdioServerParameters(
        command=program,
        args=["mcp", "--dir", home + "/sessions"],
        env={"HOME": home, "XDG_STATE_HOME": home + "/state"},
    )
    async with Client(server) as client:
        # With the tools known, every answer is checked against the output schema.
        await client.list_tools()
        found = {}
        for tool, arguments in CALLS.items():
            answer = await client.call_tool(tool, arguments)
            assert not answer.is_error, answer.content[0].text
            found[tool] = answer.structured_content
    print(json.dumps(found))


asyncio.run(main(*sys.argv[1:]))
