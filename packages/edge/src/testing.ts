/** For users' own tests: models that follow a script, and what every provider and every journal must keep. */

export { type ProviderAnswerSample, type ProviderContractRunner, type ProviderUnderTest, providerContract } from './model/provider-contract.ts'
export {
  type ScriptedCall,
  type ScriptedOptions,
  type ScriptedProvider,
  type ScriptedTurn,
  type ScriptPiece,
  type ScriptPieces,
  scriptedProvider,
} from './model/scripted/provider.ts'
export { type ContractRunner, journalContract } from './runs/journal-contract.ts'
export type { DurableSessionLimits } from './runs/session-store.ts'
export { type SessionStoreContractOptions, type SharedSessionStores, sessionStoreContract } from './runs/session-store-contract.ts'
export { type SharedJournals, sharedJournalContract } from './runs/shared-journal-contract.ts'
