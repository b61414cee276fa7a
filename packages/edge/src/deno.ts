/** What Deno needs beside the front door. */

export { denoUpgrade } from './serve/socket/deno-upgrade.ts'
