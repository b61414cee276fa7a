import type { ReactNode } from 'react'

/** Content that may be larger than its place scrolls inside its own box, which the keyboard can reach. */
export function ScrollBox({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms, and a named section would be one more landmark each.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must take focus, or the keyboard cannot scroll it.
    <div className={className} role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}
