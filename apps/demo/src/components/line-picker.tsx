/** Chooses in whose words, and over what, the next question travels. */
import { useId } from 'react'
import { carrierTitles, isPossible, isUsual, type Line, nameOf, wordsTitles } from '../model/line.ts'
import { WireIcon } from './icons.tsx'

export interface LinePickerProps {
  readonly line: Line
  readonly onLine: (line: Line) => void
  readonly isOpening: boolean
}

export function LinePicker({ line, onLine, isOpening }: LinePickerProps) {
  const id = useId()
  return (
    <>
      <button type="button" className="ghost-button" popoverTarget={id} aria-label={`Speaks ${nameOf(line)}`} data-armed={!isUsual(line)} aria-busy={isOpening}>
        <WireIcon />
        <span className="wide-only">{nameOf(line)}</span>
      </button>
      <div id={id} popover="auto" className="line-picker">
        <h2>The next question travels</h2>
        <Choice label="in the words of" titles={wordsTitles} value={line.words} allow={() => true} onValue={(words) => onLine(possible({ ...line, words }))} />
        <Choice
          label="over"
          titles={carrierTitles}
          value={line.carrier}
          allow={(carrier) => isPossible({ ...line, carrier })}
          onValue={(carrier) => onLine({ ...line, carrier })}
        />
        <p className="muted">To the same agents, whatever you choose. Answers under way keep the line they began on.</p>
      </div>
    </>
  )
}

function possible(line: Line): Line {
  return isPossible(line) ? line : { ...line, carrier: 'fetch' }
}

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly titles: Readonly<Record<Value, string>>
  readonly value: Value
  readonly allow: (value: Value) => boolean
  readonly onValue: (value: Value) => void
}

function Choice<Value extends string>({ label, titles, value, allow, onValue }: ChoiceProps<Value>) {
  const id = useId()
  // Its keys are the values.
  const values = Object.keys(titles) as Value[]
  return (
    <div className="line-choice">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = values.find((one) => one === currentTarget.value)
          if (chosen) onValue(chosen)
        }}
      >
        {values.map((one) => (
          <option key={one} value={one} disabled={!allow(one)}>
            {titles[one]}
          </option>
        ))}
      </select>
    </div>
  )
}
