import { useState } from 'react'
import { formatCount } from '../model/format.ts'
import { ScrollBox } from './scroll-box.tsx'

const shownLines = 8
const shownCharacters = 600

/** Long text, its beginning first: a tool may answer with a book. */
export function Clamp({ text, label }: { text: string; label: string }) {
  const [whole, setWhole] = useState(false)
  const beginning = beginningOf(text)
  const isLong = beginning.length < text.length
  return (
    <>
      <ScrollBox className="value" label={label}>
        <pre>{whole ? text : beginning}</pre>
      </ScrollBox>
      {isLong ? (
        <button type="button" className="text-button" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? 'Show less' : `Show all ${formatCount(text.length, 'character')}`}
        </button>
      ) : null}
    </>
  )
}

function beginningOf(text: string): string {
  let end = -1
  for (let line = 0; line < shownLines; line += 1) {
    end = text.indexOf('\n', end + 1)
    if (end < 0) break
  }
  return text.slice(0, Math.min(end < 0 ? text.length : end, shownCharacters))
}
