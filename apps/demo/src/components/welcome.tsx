import { useAgentInfo } from '@agentstream/react'
import { recordingTitle } from '../model/recording-title.ts'

type Example = readonly [example: string, what: string]

const questions: readonly Example[] = [
  ['What is 17.5% of 240 plus sqrt(2)?', 'one tool'],
  ['Compute 2^32 / 60 and look up what a cursor is', 'two tools at once'],
  ['How does AgentStream notice a truncated run?', 'searches the documents'],
  ['Write a report about cancelling', 'a slow tool with progress'],
  ['Search the docs for hooks, then calculate 5 miles in km', 'two rounds'],
  ['How many words are in the page unicorn?', 'a tool that fails'],
]

export function AssistantWelcome({ onExample }: { onExample: (question: string) => void }) {
  const info = useAgentInfo('assistant')
  return (
    <div className="welcome">
      <h2>Watch an agent work, down to the last byte.</h2>
      <p>
        Ask something and see tokens arrive, tools being called with arguments that grow, and their results. Stop it, and the server stops too. Break it, and
        the page tells you what really happened.
      </p>
      <ModelNote provider={info.data?.provider} model={info.data?.model} />
      <Examples examples={questions} onExample={onExample} />
    </div>
  )
}

function ModelNote({ provider, model }: { provider: string | undefined; model: string | undefined }) {
  if (provider === undefined) return null
  if (provider !== 'local') {
    return (
      <p className="model-note">
        Answers come from <strong>{model}</strong>.
      </p>
    )
  }
  return (
    <p className="model-note">
      <strong>The model here is not a language model.</strong> It is a small set of rules that stands in for one, so that the demo needs no key and no network.
      The agent loop, the tools, the server and the stream are the real thing.
    </p>
  )
}

const recordings: readonly Example[] = [
  ['16-dawp-triggered-mid-loop', 'a workflow opens, works and closes'],
  ['14-dawp-tools-repeats-and-mislabelled-last-step', 'a workflow that uses a tool'],
  ['11-silent-retry-repeats-iteration-1', 'the agent starts over without a word'],
  ['04-tool-batch-with-failures', 'tool calls that fail'],
  ['23-dawp-llm-error-no-step-completed', 'a failure in the middle of a step'],
  ['36-consumer-stopped-early', 'a stream without an end'],
]

export function RecordingsWelcome({ onPlay }: { onPlay: (recording: string) => void }) {
  return (
    <div className="welcome">
      <h2>Play what AIECS agents send.</h2>
      <p>
        Recorded streams, sent again event by event: DAWP workflows open as panels with their steps, agents start over silently, tools fail, and runs end in
        every way there is.
      </p>
      <p className="model-note">
        <strong>Nothing is computed here.</strong> What you see is what is in the file, folded by the same client as a live run.
      </p>
      <Examples examples={recordings} onExample={onPlay} wordsOf={recordingTitle} />
    </div>
  )
}

interface ExamplesProps {
  readonly examples: readonly Example[]
  readonly onExample: (example: string) => void
  readonly wordsOf?: (example: string) => string
}

function Examples({ examples, onExample, wordsOf = (example) => example }: ExamplesProps) {
  return (
    <>
      <h3 className="visually-hidden">Examples</h3>
      <ul className="examples">
        {examples.map(([example, what]) => (
          <li key={example}>
            <button type="button" onClick={() => onExample(example)}>
              <span>{wordsOf(example)}</span>
              <small>{what}</small>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
