"""Resumes a session of a folder with Strands' own FileSessionManager, says something in it, and prints what it found."""

import json
import sys

from strands import Agent
from strands.models.model import Model
from strands.session.file_session_manager import FileSessionManager


class Scripted(Model):
    """A model that always gives the same answer."""

    def update_config(self, **config):
        pass

    def get_config(self):
        return {}

    async def structured_output(self, *arguments, **options):
        raise NotImplementedError
        yield

    async def stream(self, messages, *arguments, **options):
        yield {"messageStart": {"role": "assistant"}}
        yield {"contentBlockStart": {"start": {}}}
        yield {"contentBlockDelta": {"delta": {"text": "an answer from Python"}}}
        yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "end_turn"}}
        usage = {"inputTokens": 5, "outputTokens": 2, "totalTokens": 7}
        yield {"metadata": {"usage": usage, "metrics": {"latencyMs": 10}}}


folder, session_id, agent_id = sys.argv[1:4]
sessions = FileSessionManager(session_id=session_id, storage_dir=folder)
agent = Agent(model=Scripted(), agent_id=agent_id, session_manager=sessions, callback_handler=None)
found = {
    "state": agent.state.get(),
    "texts": [block.get("text") for message in agent.messages for block in message["content"]],
    "removed": agent.conversation_manager.removed_message_count,
}
agent.state.set("visits", (agent.state.get("visits") or 0) + 1)
agent("a question from Python")
found["ids"] = [message.message_id for message in sessions.list_messages(session_id, agent_id)]
print(json.dumps(found))
