/** For users' own tests: models that follow a script, and what every journal must keep. */

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
