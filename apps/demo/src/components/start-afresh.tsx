import { PlusIcon } from './icons.tsx'

export function StartAfresh({ onStart }: { onStart: () => void }) {
  return (
    <button type="button" className="ghost-button start-afresh" onClick={onStart}>
      <PlusIcon /> New conversation
    </button>
  )
}

/** Whoever leaves a conversation counts on its being forgotten. */
export function UnforgottenNote({ isUnforgotten }: { isUnforgotten: boolean }) {
  if (!isUnforgotten) return null
  return (
    <p className="line-note" role="status">
      The server could not be told to forget the conversation before this one. It forgets by itself what nobody goes on with.
    </p>
  )
}
