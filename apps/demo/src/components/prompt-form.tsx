import { type KeyboardEvent, type ReactNode, type RefObject, type SubmitEvent, useId } from 'react'
import { FaultPicker } from './fault-picker.tsx'
import { SendIcon, StopIcon } from './icons.tsx'

export interface PromptFormProps {
  readonly text: string
  readonly onText: (text: string) => void
  /** Undefined where the line has no way to ask for one. */
  readonly fault: string | undefined
  readonly onFault: (fault: string) => void
  readonly isStreaming: boolean
  /** Whether a question can travel yet. */
  readonly isReady: boolean
  readonly onSend: () => void
  readonly onStop: () => void
  readonly field: RefObject<HTMLTextAreaElement | null>
  /** Further choices beside the fault. */
  readonly children?: ReactNode
}

export function PromptForm({ text, onText, fault, onFault, isStreaming, isReady, onSend, onStop, field, children }: PromptFormProps) {
  const id = useId()
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (!isStreaming && isReady && text.trim() !== '') onSend()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes, Enter picks a word and sends nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    event.currentTarget.form?.requestSubmit()
  }
  return (
    <form className="prompt" onSubmit={submit} aria-label="Ask the agent">
      <div className="prompt-box">
        <label className="visually-hidden" htmlFor={id}>
          Your question
        </label>
        <textarea
          id={id}
          ref={field}
          rows={1}
          value={text}
          placeholder="Ask something"
          maxLength={4000}
          onChange={(event) => onText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {isStreaming ? (
          <button key="stop" type="button" className="button stop" onClick={onStop}>
            <StopIcon /> Stop
          </button>
        ) : (
          <button key="go" type="submit" className="button primary send" disabled={!isReady || text.trim() === ''}>
            <SendIcon /> Send
          </button>
        )}
      </div>
      <div className="prompt-foot">
        <span className="keys">
          <kbd data-first>Enter</kbd> sends <kbd data-first>Shift</kbd> <kbd>Enter</kbd> new line <kbd data-first>Esc</kbd> stops
        </span>
        {children}
        {fault === undefined ? null : <FaultPicker fault={fault} onFault={onFault} />}
      </div>
    </form>
  )
}
