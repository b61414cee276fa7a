/** What Node needs beside the front door. It imports nothing of Node. */

export { type NodeRequest, type NodeResponse, nodeListener } from './serve/node-listener.ts'
export { type NodeIncoming, type NodeSocket, type NodeSocketServer, type NodeUpgradeOptions, nodeUpgrade } from './serve/socket/node-upgrade.ts'
