/** Small line icons. They never stand alone: each has words beside it, or a label on the button that holds it. */
import type { ReactNode } from 'react'

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {children}
    </svg>
  )
}

export const CheckIcon = () => (
  <Icon>
    <path d="M3.2 8.6 6.4 11.8 12.8 4.8" />
  </Icon>
)
export const CrossIcon = () => (
  <Icon>
    <path d="M4.2 4.2 11.8 11.8M11.8 4.2 4.2 11.8" />
  </Icon>
)
export const StopIcon = () => (
  <Icon>
    <rect className="solid" x="4" y="4" width="8" height="8" rx="1.6" />
  </Icon>
)
/** A line that is torn: the stream ended before the run did. */
export const TornIcon = () => (
  <Icon>
    <path d="M8 1.5V5L5.6 7M10.4 9 8 11v3.5" />
  </Icon>
)
export const WarningIcon = () => (
  <Icon>
    <path d="M8 2.4 14.2 13.2H1.8ZM8 6.4v3.4M8 11.4v.2" />
  </Icon>
)
/** Two ends and what is between them. */
export const WireIcon = () => (
  <Icon>
    <path d="M2 11h2.4c3.6 0 3.6-6 7.2-6H14M2 11l2-2M2 11l2 2M14 5l-2-2M14 5l-2 2" />
  </Icon>
)
export const SendIcon = () => (
  <Icon>
    <path d="M8 13.2V3M3.8 7.2 8 3l4.2 4.2" />
  </Icon>
)
export const PlayIcon = () => (
  <Icon>
    <path className="solid" d="M5 3.2 12.6 8 5 12.8Z" />
  </Icon>
)
export const RepeatIcon = () => (
  <Icon>
    <path d="M13 8a5 5 0 1 1-1.6-3.7M13.2 2v3h-3" />
  </Icon>
)
export const PenIcon = () => (
  <Icon>
    <path d="m3 13 .7-3L10.6 3.100l2.3 2.300L6 12.300Z" />
  </Icon>
)
export const CopyIcon = () => (
  <Icon>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
    <path d="M10.5 5.500V4A1.5 1.5 0 0 0 9 2.500H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.500h1.5" />
  </Icon>
)
export const ImageIcon = () => (
  <Icon>
    <rect x="2" y="3" width="12" height="10" rx="1.5" />
    <path d="m2.5 11.5 3.5-3.5 2.5 2.5 2-2 3 3" />
  </Icon>
)
export const ToolIcon = () => (
  <Icon>
    <path
      d="M9.9 6.100a3.2 3.2 0 0 1 3.9-4L11.7 4.200l.4 1.7 1.7.4 2-2a3.2 3.2 0 0 1-4 3.900L5.6 14.200a1.6 1.6 0 0 1-2.3-2.300Z"
      transform="translate(-1 .2)"
    />
  </Icon>
)
export const ThoughtIcon = () => (
  <Icon>
    <path d="M8 2.200a4.2 4.2 0 0 1 2.5 7.600c-.5.4-.7.9-.7 1.400H6.200c0-.5-.2-1-.7-1.400A4.2 4.2 0 0 1 8 2.200ZM6.4 13.600h3.2" />
  </Icon>
)
export const FlowIcon = () => (
  <Icon>
    <path d="M3.5 3v10M3.5 6h5M3.5 11h5" />
    <circle cx="10.8" cy="6" r="1.9" />
    <circle cx="10.8" cy="11" r="1.9" />
  </Icon>
)
export const PanelIcon = () => (
  <Icon>
    <rect x="2" y="3" width="12" height="10" rx="1.5" />
    <path d="M9.8 3v10" />
  </Icon>
)
export const SunIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.500v1.500M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1.1 1.100M11.5 11.500l1.1 1.100M12.6 3.400l-1.1 1.100M4.5 11.500l-1.1 1.1" />
  </Icon>
)
export const MoonIcon = () => (
  <Icon>
    <path d="M13.2 9.800A5.6 5.6 0 0 1 6.2 2.800a5.6 5.6 0 1 0 7 7Z" />
  </Icon>
)
export const ChevronIcon = () => (
  <Icon>
    <path d="m5.5 3.5 4.5 4.5-4.5 4.5" />
  </Icon>
)
export const ArrowDownIcon = () => (
  <Icon>
    <path d="M8 3v10M3.8 8.8 8 13l4.2-4.2" />
  </Icon>
)
/** A clock that runs back. */
export const MemoryIcon = () => (
  <Icon>
    <path d="M3.2 5.200A5.6 5.6 0 1 1 2.400 8.600M3 2.400v2.900h2.900M8 5v3.200l2.200 1.400" />
  </Icon>
)
export const PlusIcon = () => (
  <Icon>
    <path d="M8 3v10M3 8h10" />
  </Icon>
)
