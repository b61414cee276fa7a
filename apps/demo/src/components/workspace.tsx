/** One agent: its conversation, the form that starts a run, and the inspector beside them. */
import type { AgentRun, TaskInput } from '@agentstream/client'
import type { Turn } from '@agentstream/react'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { LineChoice } from '../hooks/use-line.ts'
import { useTalk } from '../hooks/use-talk.ts'
import { Inspector } from '../inspector/inspector.tsx'
import { createLineLog, type LineLog } from '../inspector/line-log.ts'
import { createRunMonitor } from '../inspector/run-monitor.ts'
import type { AgentName } from '../model/agents.ts'
import { type OpenLine, openUsual } from '../model/demo-client.ts'
import { faultOn } from '../model/line.ts'
import type { Receipt } from '../model/outcome.ts'
import { recordingTitle } from '../model/recording-title.ts'
import { formatRunAddress, type RunAddress } from '../model/run-address.ts'
import { InspectorFrame } from './inspector-frame.tsx'
import { LineNote } from './line-note.tsx'
import { LiveAnnouncer } from './live-announcer.tsx'
import { PromptForm } from './prompt-form.tsx'
import { ProviderPicker } from './provider-picker.tsx'
import { firstChoice, RecordingForm } from './recording-form.tsx'
import { UnforgottenNote } from './start-afresh.tsx'
import { Transcript } from './transcript.tsx'
import { AssistantWelcome, DawpWelcome, RecordingsWelcome, WorkflowWelcome } from './welcome.tsx'

export interface WorkspaceProps {
  readonly agent: AgentName
  /** A run that the page's address named when it was loaded. */
  readonly found: RunAddress | undefined
  /** Whether it is the one in view. */
  readonly active: boolean
  readonly choice: LineChoice
  readonly inspecting: boolean
  readonly onInspecting: (inspecting: boolean) => void
}

export function Workspace({ agent, found, active, choice, inspecting, onInspecting }: WorkspaceProps) {
  const [monitor] = useState(createRunMonitor)
  const [log] = useState(createLineLog)
  const [text, setText] = useState('')
  const [recording, setRecording] = useState(firstChoice)
  const [chosenFault, setFault] = useState('')
  const [receipts, setReceipts] = useState<Readonly<Record<string, Receipt>>>({})
  // What a run began on it keeps.
  const [lines, setLines] = useState<Lines>({})
  const field = useRef<HTMLTextAreaElement>(null)
  const [model, setModel] = useState<string>()
  const isPlayer = agent === 'transcripts'
  const served = model ?? agent
  const onLeave = useCallback(() => {
    monitor.reset()
    window.history.replaceState(null, '', window.location.pathname)
    field.current?.focus()
  }, [monitor])
  const { stream, shown, send, leave, isSettled, isUnforgotten } = useTalk({ agent, served, found, onEvent: monitor.push, onLeave })
  // Nothing here reads the state, so a token renders only what shows it.
  const { turns, run, isStreaming, cancel, regenerate } = stream
  useAddress(active, addressOf(agent, turns.at(-1), lines))

  useStory(run, log)
  const { open } = choice
  const fault = faultOn(choice.line, chosenFault)
  const note = useCallback((sent: AgentRun | undefined) => sent && open && setLines((known) => ({ ...known, [sent.id]: open })), [open])
  const start = useCallback(
    (description: string) => {
      monitor.reset()
      note(send(taskOf(description, fault)))
      // A fault is for one run: whoever tries again wants to see it work.
      setFault('')
    },
    [monitor, send, note, fault],
  )
  const play = useCallback(
    (chosen: string) => {
      setRecording(chosen)
      start(chosen)
    },
    [start],
  )
  const again = useCallback(() => {
    const input = turns.at(-1)?.input
    monitor.reset()
    // The same task would break in the same way; without its fault it is a new one.
    if (typeof input === 'object' && input.context) note(send({ description: input.description }))
    else note(regenerate())
  }, [monitor, turns, send, note, regenerate])
  const edit = useCallback((question: string) => {
    setText(question)
    field.current?.focus()
  }, [])
  const stop = useCallback(() => {
    if (!run) return
    const { id } = run
    setReceipts((known) => ({ ...known, [id]: 'asking' }))
    // `cancel` never rejects: not being able to ask is a receipt as well.
    void cancel().then(({ outcome }) => setReceipts((known) => ({ ...known, [id]: outcome })))
    field.current?.focus()
  }, [run, cancel])
  useEscape(active && isStreaming ? stop : undefined)

  return (
    <div className="workspace">
      <main className="conversation">
        <Transcript
          earlier={shown.earlier}
          turns={shown.turns}
          receipts={receipts}
          again={again}
          startAfresh={leave}
          edit={isPlayer ? undefined : edit}
          wordsOf={isPlayer ? recordingTitle : asWritten}
          welcome={<Welcome agent={agent} served={served} isSettled={isSettled} onExample={isPlayer ? play : start} />}
        />
        <LineNote choice={choice} />
        <UnforgottenNote isUnforgotten={isUnforgotten} />
        {isPlayer ? (
          <RecordingForm
            chosen={recording}
            onChosen={setRecording}
            fault={fault}
            onFault={setFault}
            isStreaming={isStreaming}
            isReady={open !== undefined}
            onPlay={start}
            onStop={stop}
          />
        ) : (
          <PromptForm
            text={text}
            onText={setText}
            fault={fault}
            onFault={setFault}
            isStreaming={isStreaming}
            isReady={open !== undefined && isSettled}
            onSend={() => {
              start(text.trim())
              setText('')
            }}
            onStop={stop}
            field={field}
          >
            {agent === 'assistant' ? <ProviderPicker chosen={model} onChosen={setModel} disabled={isStreaming} /> : null}
          </PromptForm>
        )}
        <LiveAnnouncer run={run} />
      </main>
      <InspectorFrame open={inspecting} onClose={() => onInspecting(false)}>
        <Inspector run={run} monitor={monitor} log={log} line={lineOf(run, lines) ?? open ?? openUsual} />
      </InspectorFrame>
    </div>
  )
}

interface WelcomeProps {
  readonly agent: AgentName
  readonly served: string
  /** There might be a conversation in its place. */
  readonly isSettled: boolean
  readonly onExample: (example: string) => void
}

function Welcome({ agent, served, isSettled, onExample }: WelcomeProps) {
  if (!isSettled) return null
  switch (agent) {
    case 'assistant':
      return <AssistantWelcome agent={served} onExample={onExample} />
    case 'dawp':
      return <DawpWelcome onExample={onExample} />
    case 'workflow':
      return <WorkflowWelcome onExample={onExample} />
    case 'transcripts':
      return <RecordingsWelcome onPlay={onExample} />
  }
}

type Lines = Readonly<Record<string, OpenLine>>

/** Runs that this page did not begin are followed on the usual line. */
function lineOf(run: AgentRun | undefined, lines: Lines): OpenLine | undefined {
  return run && (lines[run.id] ?? openUsual)
}

function addressOf(agent: AgentName, turn: Turn | undefined, lines: Lines): string | undefined {
  if (!turn || !lineOf(turn.run, lines)?.isAddressable) return undefined
  const { run, input } = turn
  return formatRunAddress({ agent, runId: run.id, asked: typeof input === 'string' ? input : input.description })
}

function taskOf(description: string, fault: string | undefined): TaskInput {
  return { description, ...(fault ? { context: { demo_fault: fault } } : {}) }
}

const asWritten = (question: string) => question

/** From its first moment, whether or not somebody looks at the inspector. */
function useStory(run: AgentRun | undefined, log: LineLog) {
  useEffect(() => (run ? log.watch(run) : undefined), [run, log])
}

/** Loading the page anew, or opening its address in another tab, shows the same run. */
function useAddress(active: boolean, address: string | undefined) {
  useEffect(() => {
    if (active && address !== undefined) window.history.replaceState(null, '', address)
  }, [active, address])
}

function useEscape(action: (() => void) | undefined) {
  useEffect(() => {
    if (!action) return
    const onKeyDown = (event: KeyboardEvent) => {
      // An open drawer takes Escape for itself.
      if (event.key === 'Escape' && !event.defaultPrevented && document.querySelector('dialog[open]') === null) action()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [action])
}
