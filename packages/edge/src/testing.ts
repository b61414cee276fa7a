/** Fakes for users' own tests: models that follow a script. */

export {
  type ScriptedCall,
  type ScriptedOptions,
  type ScriptedProvider,
  type ScriptedTurn,
  type ScriptPiece,
  type ScriptPieces,
  scriptedProvider,
} from './model/scripted/provider.ts'
