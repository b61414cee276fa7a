/** What Node needs beside the front door. It imports nothing of Node. */

export { type NodeIncoming, type NodeSocket, type NodeSocketServer, type NodeUpgradeOptions, nodeUpgrade } from './serve/socket/node-upgrade.ts'
