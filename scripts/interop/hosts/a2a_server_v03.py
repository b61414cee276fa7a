"""A server made with the A2A project's own Python kit, of the 0.3 line: an agent that does as it is told. Arguments: port."""
import asyncio
import sys

import uvicorn
from a2a.server.agent_execution import AgentExecutor
from a2a.server.apps import A2AStarletteApplication
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types import AgentCapabilities, AgentCard, Part, TextPart
from a2a.utils import new_agent_text_message, new_task
from starlette.responses import PlainTextResponse
from starlette.routing import Route

port = int(sys.argv[1])


class Obedient(AgentExecutor):
    async def execute(self, context, event_queue):
        wanted = context.get_user_input()
        if wanted == "message":
            await event_queue.enqueue_event(new_agent_text_message("Only a message."))
            return
        task = new_task(context.message)
        await event_queue.enqueue_event(task)
        updater = TaskUpdater(event_queue, task.id, task.context_id)
        await updater.start_work()
        if wanted == "wait":
            await asyncio.sleep(60)
        if wanted == "fail":
            await updater.failed(new_agent_text_message("No wind."))
            return
        if wanted == "ask":
            await updater.requires_input(new_agent_text_message("Which port?"), final=True)
            return
        for at, piece in enumerate(["Grüße ", "from the\n", "harbour 🙂"]):
            part = Part(root=TextPart(text=piece))
            await updater.add_artifact([part], artifact_id="answer", append=at > 0, last_chunk=at == 2)
        await updater.complete()

    async def cancel(self, context, event_queue):
        await TaskUpdater(event_queue, context.task_id, context.context_id).cancel()


card = AgentCard(
    name="Obedient",
    description="Does as it is told",
    version="1.0.0",
    url=f"http://127.0.0.1:{port}/",
    capabilities=AgentCapabilities(streaming=True),
    default_input_modes=["text/plain"],
    default_output_modes=["text/plain"],
    skills=[],
)
handler = DefaultRequestHandler(agent_executor=Obedient(), task_store=InMemoryTaskStore())
app = A2AStarletteApplication(agent_card=card, http_handler=handler).build(routes=[Route("/health", lambda _: PlainTextResponse("OK"))])
uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)
