import { a2a, a2aV1 } from '../protocols/a2a/a2a.ts'
import { isA2a, isA2aV1, saysA2aV1 } from '../protocols/a2a/recognise.ts'
import { agUi } from '../protocols/ag-ui/ag-ui.ts'
import { isAgUi } from '../protocols/ag-ui/recognise.ts'
import { agenticraft, agenticraftText } from '../protocols/agenticraft/agenticraft.ts'
import { isAgenticraft } from '../protocols/agenticraft/recognise.ts'
import { agentor } from '../protocols/agentor/agentor.ts'
import { isAgentor } from '../protocols/agentor/recognise.ts'
import { aiecs, isAiecs } from '../protocols/aiecs.ts'
import type { RecognisableProtocol } from '../protocols/protocol.ts'
import { isUiMessageStream } from '../protocols/ui-message-stream/recognise.ts'
import { uiMessageStream } from '../protocols/ui-message-stream/ui-message-stream.ts'

/**
 * Every protocol of this package, each with what it is recognised by. What two of them would read alike goes to the first.
 * Bare text has no looks: it is what is labelled as such.
 */
export const knownProtocols: readonly RecognisableProtocol[] = [
  { ...aiecs, recognises: isAiecs },
  { ...agUi, recognises: isAgUi },
  { ...uiMessageStream, recognises: isUiMessageStream },
  { ...a2a, recognises: isA2a },
  { ...a2aV1, recognises: isA2aV1, isAnnounced: saysA2aV1 },
  { ...agentor, recognises: isAgentor },
  { ...agenticraft, recognises: isAgenticraft },
  { ...agenticraftText, recognises: () => false },
]
