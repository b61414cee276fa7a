/** What Bun needs beside the front door. */

export { type BunServer, type BunSocket, type BunSocketData, bunSocketListeners, bunUpgrade } from './serve/socket/bun-upgrade.ts'
