/** Lets the demo's own server break, so that the page can show what it does then. */
import { useId } from 'react'

const faults: readonly (readonly [string, string])[] = [
  ['', 'nothing'],
  ['slow_start', 'a slow start'],
  ['cut', 'cut the connection'],
  ['lose', 'lose the run'],
  ['provider', 'the model fails'],
  ['http_500', 'server answers 500'],
]

export function FaultPicker({ fault, onFault }: { fault: string; onFault: (fault: string) => void }) {
  const id = useId()
  return (
    <span className="fault" data-armed={fault !== ''}>
      <label htmlFor={id}>Break on purpose</label>
      <select id={id} value={fault} onChange={(event) => onFault(event.currentTarget.value)}>
        {faults.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </span>
  )
}
