// Property tests try the same cases in every run, so that a red run can be run again. PROPERTY_SEED=random looks for new ones.
import { configureGlobal } from 'fast-check'

const seed = globalThis.process?.env['PROPERTY_SEED'] ?? '1'
if (seed !== 'random') configureGlobal({ seed: Number(seed) })
