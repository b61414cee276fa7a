import { readA2a, readA2aV1 } from '../protocols/a2a/read.ts'
import { isA2a, isA2aV1, saysA2aV1 } from '../protocols/a2a/recognise.ts'
import { readAgUi } from '../protocols/ag-ui/read.ts'
import { isAgUi } from '../protocols/ag-ui/recognise.ts'
import { readAgenticraft } from '../protocols/agenticraft/read.ts'
import { isAgenticraft } from '../protocols/agenticraft/recognise.ts'
import { readAgentor } from '../protocols/agentor/read.ts'
import { isAgentor } from '../protocols/agentor/recognise.ts'
import { aiecs, isAiecs } from '../protocols/aiecs.ts'
import type { RecognisableProtocol } from '../protocols/protocol.ts'
import { readUiMessageStream } from '../protocols/ui-message-stream/read.ts'
import { isUiMessageStream } from '../protocols/ui-message-stream/recognise.ts'

/**
 * Every protocol of this package, each with what it is recognised by, and none with what writes it. What two of them would read
 * alike goes to the first. Bare text has no looks: it is what is labelled as such.
 */
export const knownProtocols: readonly RecognisableProtocol[] = [
  { ...aiecs, recognises: isAiecs },
  { ...readAgUi(), recognises: isAgUi },
  { ...readUiMessageStream(), recognises: isUiMessageStream },
  { ...readA2a(), recognises: isA2a },
  { ...readA2aV1(), recognises: isA2aV1, isAnnounced: saysA2aV1 },
  { ...readAgentor(), recognises: isAgentor },
  { ...readAgenticraft(), recognises: isAgenticraft },
  { ...readAgenticraft({ form: 'text' }), recognises: () => false },
]
