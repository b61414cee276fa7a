import { type AgentClient, selectText } from '@agentstream/client'

/** Without React. Set as text, never as HTML, an answer is inert whatever a model writes; written once per frame, it stays cheap. */
export async function showIn(element: { textContent: string | null }, client: AgentClient, question: string) {
  const run = client.run(question)
  run.subscribe(() => {
    element.textContent = selectText(run.getSnapshot())
  })
  return (await run.result()).status
}
