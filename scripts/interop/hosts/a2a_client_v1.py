"""The A2A project's own Python client, of the 1.x line, against a server. Arguments: the server's address. Writes what it saw, as JSON."""
import asyncio
import json
import sys

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.helpers import get_artifact_text, new_text_message
from a2a.types import CancelTaskRequest, GetTaskRequest, Role, SendMessageRequest, SubscribeToTaskRequest, TaskState

url = sys.argv[1]


def state(status):
    return TaskState.Name(status.state)


def asking(text, task_id=None):
    return SendMessageRequest(message=new_text_message(text, task_id=task_id, role=Role.ROLE_USER))


def told(responses):
    """The text of the artifacts, and the states in their order."""
    text, states = "", []
    for response in responses:
        kind = response.WhichOneof("payload")
        if kind == "task":
            states.append(state(response.task.status))
            text = "".join(get_artifact_text(artifact, "") for artifact in response.task.artifacts)
        if kind == "status_update":
            states.append(state(response.status_update.status))
        if kind == "artifact_update":
            piece = get_artifact_text(response.artifact_update.artifact, "")
            text = text + piece if response.artifact_update.append else piece
    return {"text": text, "last": states[-1]}


async def main():
    seen = {}
    async with httpx.AsyncClient(timeout=30) as http:
        card = await A2ACardResolver(http, url).get_agent_card()
        streaming = ClientFactory(ClientConfig(httpx_client=http)).create(card)
        at_once = ClientFactory(ClientConfig(httpx_client=http, streaming=False)).create(card)
        seen["card"] = [card.name, sorted(skill.id for skill in card.skills)]

        async def stream(text):
            return [response async for response in streaming.send_message(asking(text))]

        first = await stream("hello")
        seen["stream"] = told(first)
        seen["tools"] = told(await stream("the tides, please"))
        seen["failure"] = told(await stream("be refused"))["last"]
        seen["send"] = told([response async for response in at_once.send_message(asking("hello"))])
        question = [response async for response in at_once.send_message(asking("set sail"))]
        seen["question"] = told(question)["last"]
        seen["answer"] = told([response async for response in at_once.send_message(asking("yes", question[-1].task.id))])
        task_id = next(response.task.id for response in first if response.HasField("task"))
        task = await streaming.get_task(GetTaskRequest(id=task_id))
        seen["get"] = {"text": "".join(get_artifact_text(artifact, "") for artifact in task.artifacts), "last": state(task.status)}

        running, watching = [], []
        begun = asyncio.get_running_loop().create_future()

        async def run():
            async for response in streaming.send_message(asking("wait for me")):
                running.append(response)
                if response.HasField("task") and not begun.done():
                    begun.set_result(response.task.id)

        async def watch(of):
            async for response in streaming.subscribe(SubscribeToTaskRequest(id=of)):
                watching.append(response)

        runner = asyncio.create_task(run())
        of = await asyncio.wait_for(begun, 20)
        watcher = asyncio.create_task(watch(of))
        while not watching:
            await asyncio.sleep(0.01)
        seen["cancel"] = state((await streaming.cancel_task(CancelTaskRequest(id=of))).status)
        await asyncio.wait_for(asyncio.gather(runner, watcher), 20)
        seen["cancelled stream"] = told(running)["last"]
        seen["resubscribed stream"] = told(watching)["last"]
        for name, call in {
            "unknown task": lambda: streaming.get_task(GetTaskRequest(id="nobody")),
            "cancel when over": lambda: streaming.cancel_task(CancelTaskRequest(id=task_id)),
        }.items():
            try:
                await call()
                seen[name] = "no error"
            except Exception as error:
                seen[name] = type(error).__name__
    print(json.dumps(seen))


asyncio.run(main())
