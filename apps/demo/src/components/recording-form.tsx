/** Chooses a recorded stream and plays it. */
import { useQuery } from '@tanstack/react-query'
import { type SubmitEvent, useId } from 'react'
import { fetchJson } from '../model/fetch-json.ts'
import { recordingTitle } from '../model/recording-title.ts'
import { FaultPicker } from './fault-picker.tsx'
import { PlayIcon, StopIcon } from './icons.tsx'

export interface RecordingFormProps {
  readonly chosen: string
  readonly onChosen: (recording: string) => void
  /** Undefined where the line has no way to ask for one. */
  readonly fault: string | undefined
  readonly onFault: (fault: string) => void
  readonly isStreaming: boolean
  /** Whether a question can travel yet. */
  readonly isReady: boolean
  readonly onPlay: (recording: string) => void
  readonly onStop: () => void
}

export const firstChoice = '16-dawp-triggered-mid-loop'

export function RecordingForm({ chosen, onChosen, fault, onFault, isStreaming, isReady, onPlay, onStop }: RecordingFormProps) {
  const id = useId()
  const recordings = useQuery({ queryKey: ['recordings'], queryFn: loadRecordings, staleTime: Number.POSITIVE_INFINITY })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (!isStreaming && isReady) onPlay(chosen)
  }
  return (
    <form className="prompt" onSubmit={submit} aria-label="Play a recording">
      <div className="prompt-box">
        <label className="visually-hidden" htmlFor={id}>
          Recording
        </label>
        <select id={id} className="recording" value={chosen} onChange={(event) => onChosen(event.currentTarget.value)}>
          {(recordings.data ?? [firstChoice]).map((name) => (
            <option key={name} value={name}>
              {recordingTitle(name)}
            </option>
          ))}
        </select>
        {isStreaming ? (
          <button key="stop" type="button" className="button stop" onClick={onStop}>
            <StopIcon /> Stop
          </button>
        ) : (
          <button key="go" type="submit" className="button primary send" disabled={!isReady}>
            <PlayIcon /> Play
          </button>
        )}
      </div>
      <div className="prompt-foot">
        <span className="keys">{recordings.isError ? 'The list of recordings could not be loaded.' : 'What AIECS agents sent, event by event.'}</span>
        {fault === undefined ? null : <FaultPicker fault={fault} onFault={onFault} />}
      </div>
    </form>
  )
}

async function loadRecordings({ signal }: { signal: AbortSignal }): Promise<readonly string[]> {
  const names = await fetchJson('/api/demo/recordings', { signal })
  if (!Array.isArray(names)) throw new TypeError('Not a list of recordings')
  return names.map(String)
}
