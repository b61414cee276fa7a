/** Beside the conversation where there is room, over it as a drawer where there is not. */
import { type ReactNode, useLayoutEffect, useRef } from 'react'
import { useMediaQuery } from '../hooks/use-media-query.ts'
import { CrossIcon } from './icons.tsx'

export function InspectorFrame({ open, onClose, children }: { open: boolean; onClose: () => void; children: ReactNode }) {
  const wide = useMediaQuery('(min-width: 68rem)')
  if (!open) return null
  return wide ? (
    <aside className="inspector-side" aria-label="Inspector">
      {children}
    </aside>
  ) : (
    <Drawer onClose={onClose}>{children}</Drawer>
  )
}

/** A modal dialog: the browser keeps focus inside and gives it back when it closes. */
function Drawer({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null)
  // Before the dialog leaves the page: a dialog that is gone cannot give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog ref={dialog} className="drawer" aria-label="Inspector" onCancel={onClose}>
      <header className="drawer-head">
        <h2>Inspector</h2>
        <button type="button" className="ghost-button" onClick={onClose}>
          <CrossIcon /> Close
        </button>
      </header>
      {children}
    </dialog>
  )
}
