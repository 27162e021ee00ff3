/** The server's address as browsers see it. */
import type { Config } from './config.ts'

/** @param port where it really listens, since 0 lets the system choose */
export function addressOf({ publicUrl, tls }: Pick<Config, 'publicUrl' | 'tls'>, port: number): string {
  return publicUrl ?? `${tls ? 'https' : 'http'}://localhost:${port}`
}
