import { useAgentInfo } from '@agentstream/react'
import { useWorkflowPlan } from '../hooks/use-demo.ts'
import { recordingTitle } from '../model/recording-title.ts'

type Example = readonly [example: string, what: string]

const questions: readonly Example[] = [
  ['What is 17.5% of 240 plus sqrt(2)?', 'one tool'],
  ['Compute 2^32 / 60 and look up what a cursor is', 'two tools at once'],
  ['How does AgentStream notice a truncated run?', 'searches the documents'],
  ['Write a report about cancelling', 'a slow tool with progress'],
  ['Search the docs for hooks, then calculate 5 miles in km', 'two rounds'],
  ['How many words are in the page unicorn?', 'a tool that fails'],
  ['Leave a note to Ada: the tide is high at noon', 'a tool that asks you first'],
  ['What did I ask before?', 'the server keeps the conversation'],
]

export function AssistantWelcome({ agent, onExample }: { agent: string; onExample: (question: string) => void }) {
  const info = useAgentInfo(agent)
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

const dawpQuestions: readonly Example[] = [
  ['What is a cursor?', 'looks things up before the main loop'],
  ['Draft an answer about cancelling and have it reviewed', 'a trigger in the answer starts a review'],
  ['What is 17.5% of 240?', 'the agent starts a workflow itself'],
]

export function DawpWelcome({ onExample }: { onExample: (question: string) => void }) {
  return (
    <div className="welcome">
      <h2>Lead an agent through a document.</h2>
      <p>
        Three Markdown documents, one for each way a DAWP workflow begins. The engine prompts step by step and waits for the marker that says a step is done.
      </p>
      <p className="model-note">
        <strong>The model is rules again</strong>, that call the tool a prompt names and print the marker it asks for. The documents, the engine, the tools and
        the stream are the real thing.
      </p>
      <Examples examples={dawpQuestions} onExample={onExample} />
    </div>
  )
}

const topics: readonly Example[] = [
  ['How does cancelling work?', 'guides and sources at once'],
  ['What is known about sessions?', 'guides and sources at once'],
]

export function WorkflowWelcome({ onExample }: { onExample: (question: string) => void }) {
  // Asked for before the first run, which is then drawn whole from its first event.
  useWorkflowPlan(true)
  return (
    <div className="welcome">
      <h2>Two branches at once, joined by a third step.</h2>
      <p>
        No loop and no model decides here: a plan does. One branch reads the guides, the other the sources; the last step waits for both and puts them side by
        side.
      </p>
      <Examples examples={topics} onExample={onExample} />
    </div>
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
