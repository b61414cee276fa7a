import { useEffect, useState } from 'react'
import { formatLeft, secondsLeft } from '../model/approval.ts'

/** Renders once a second, and alone. Not announced: a screen reader would read nothing but numbers. */
export function Countdown({ expiresAt }: { expiresAt: string | undefined }) {
  const [seconds, setSeconds] = useState(() => secondsLeft(expiresAt, Date.now()))
  useEffect(() => {
    const tick = () => setSeconds(secondsLeft(expiresAt, Date.now()))
    tick()
    const timer = setInterval(tick, 1000)
    return () => clearInterval(timer)
  }, [expiresAt])
  if (seconds === undefined) return null
  return (
    <span className="approval-left" role="timer" aria-live="off">
      {seconds === 0 ? 'time is up' : `denied in ${formatLeft(seconds)}`}
    </span>
  )
}
