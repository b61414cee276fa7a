/**
 * An agent that plays recorded AIECS streams, so that the page shows DAWP panels, retries and failures as real systems send
 * them. The prompt names the recording. Nothing is computed: what happens on the page is what is in the file.
 */
import { type AgentEvent, aiecs } from '@agentstream/client/wire'
import type { Agent } from '@agentstream/edge'
import { wait } from './wait.ts'

const files: Readonly<Record<string, string>> = import.meta.glob('../../../packages/client/conformance/aiecs/[0-9]*.jsonl', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Path to id: the name of the file, without its folder and ending. */
const recordings = new Map(
  Object.entries(files)
    .map(([path, text]) => [path.replace(/^.*\/|\.jsonl$/g, ''), text] as const)
    .sort(([one], [other]) => one.localeCompare(other)),
)

export const recordingIds: readonly string[] = [...recordings.keys()]

export interface TranscriptAgentOptions {
  /** Between two events. Tokens of one piece of text follow each other faster. */
  readonly eventMs: number
  readonly tokenMs: number
}

export function createTranscriptAgent(options: TranscriptAgentOptions): Agent {
  return {
    name: 'transcripts',
    info: { name: 'transcripts', description: 'Plays recorded AIECS streams', tools: [], supportsStreaming: true },
    async *run(task, { signal }) {
      const text = recordings.get(task.description.trim())
      if (text === undefined) {
        yield { type: 'error', error: 'There is no recording of that name', code: 'unknown_recording', retryable: false }
        return
      }
      for (const event of eventsOf(text)) {
        await wait(event.type === 'token' || event.type === 'thinking_token' ? options.tokenMs : options.eventMs, signal)
        yield event
      }
    },
  }
}

function* eventsOf(text: string): Generator<AgentEvent> {
  const decoder = aiecs.decoder()
  for (const line of text.split('\n')) if (line.trim() !== '') yield* decoder.push({ data: line })
}
