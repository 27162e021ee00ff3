/** `crypto-tracker owner`: who may change things. */
import type { Command } from 'commander'
import { isoSeconds } from '../../core/time/iso.ts'
import { withConnection } from './connect.ts'
import { print, say } from './output.ts'

export function addOwner(program: Command): void {
  const owner = program.command('owner').description('sign the owner in')
  owner
    .command('link')
    .description('print a one-time link: the browser that opens it may search, add and remove markets')
    .action(async () => {
      const { url, expiresMs } = await withConnection(({ operations }) => operations.ownerLink())
      await print(`${url}\n`)
      say(`Open it within an hour (until ${isoSeconds(expiresMs)}); links made before are no longer taken`)
    })
}
