import type { UpgradedSocket } from '@agentstream/edge'
import type { Valve } from './valve.ts'

/** Where a socket can be broken while it is open. `onRun` hears which run the first message asks for. */
export function createSocketValve(socket: UpgradedSocket, onRun: (runId: string, valve: Valve) => void): UpgradedSocket {
  let newest: string | undefined
  let isSilent = false
  const valve: Valve = {
    // What a server says that is about to be started again: ask for the rest.
    cut: () => socket.close(1012, 'The demo was asked to cut the connection'),
    repeat() {
      if (newest !== undefined) socket.send(newest)
    },
    silence() {
      isSilent = true
    },
  }
  let isKnown = false
  socket.addEventListener('message', ({ data }) => {
    const [, runId] = isKnown ? [] : (/"run_id":"([\w-]+)"/.exec(String(data)) ?? [])
    if (runId === undefined) return
    isKnown = true
    onRun(runId, valve)
  })
  const listen: UpgradedSocket['addEventListener'] = (type: never, listener: never) => socket.addEventListener(type, listener)
  return {
    addEventListener: listen,
    send(text) {
      if (isSilent) return
      if (text.startsWith('{"$id"')) newest = text
      socket.send(text)
    },
    // A dead line does not even say that it is over: whoever waits at its other end leaves by themselves.
    close(code, reason) {
      if (!isSilent) socket.close(code, reason)
    },
  }
}
