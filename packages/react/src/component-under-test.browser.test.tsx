import { fireEvent, render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { Scripted } from '../test/component-under-test.tsx'
import { withoutComplaints } from '../test/harness.tsx'
import { useAgentStream } from './index.ts'

withoutComplaints()

function Answer() {
  const { send, state } = useAgentStream()
  return (
    <>
      <button type="button" onClick={() => send('When?')}>
        Ask
      </button>
      {state.main.parts.map((part) => (
        <p key={part.kind}>{part.kind === 'tool' ? `${part.toolName} ${part.status}` : 'text' in part && part.text}</p>
      ))}
    </>
  )
}

test('a component is tested with a scripted client, as the README shows', async () => {
  render(<Answer />, { wrapper: Scripted })
  fireEvent.click(screen.getByRole('button'))
  await screen.findByText('tide done')
  expect(await screen.findByText('High water at 14:05.')).toBeInstanceOf(HTMLElement)
})
