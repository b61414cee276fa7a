/** Chooses the model behind the assistant, by a name the server knows. Where there is only one there is nothing to choose. */
import { useId } from 'react'
import { useProviders } from '../hooks/use-demo.ts'

export interface ProviderPickerProps {
  /** Undefined for what the server takes by itself. */
  readonly chosen: string | undefined
  readonly onChosen: (agent: string) => void
  readonly disabled: boolean
}

export function ProviderPicker({ chosen, onChosen, disabled }: ProviderPickerProps) {
  const id = useId()
  const providers = useProviders()
  if (providers.length < 2) return null
  return (
    <span className="fault">
      <label htmlFor={id}>Model</label>
      <select id={id} value={chosen ?? providers[0]?.agent} disabled={disabled} onChange={(event) => onChosen(event.currentTarget.value)}>
        {providers.map(({ agent, name, model }) => (
          <option key={agent} value={agent}>
            {name} · {model}
          </option>
        ))}
      </select>
    </span>
  )
}
