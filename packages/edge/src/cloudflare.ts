/** What Cloudflare Workers need beside the front door. */

export { cloudflareUpgrade } from './serve/socket/cloudflare-upgrade.ts'
