/** https for phones as it looks turned on, always the same: the page about it is the same in every picture. */
import type { PhonesStatus } from '../../server/phones/phones.ts'

/** Made for pictures; the key that belongs to it was never kept. */
const AUTHORITY = `-----BEGIN CERTIFICATE-----
MIICQjCCAeegAwIBAgIRAMwD0YxuJ6wNwHrtKKm2TnswCgYIKoZIzj0EAwIwOjEX
MBUGA1UEChMOQ3J5cHRvIFRyYWNrZXIxHzAdBgNVBAMTFkNyeXB0byBUcmFja2Vy
IHBpIDZEMDgwHhcNMjYwMjI4MDAwMDAwWhcNMzYwMjI5MDAwMDAwWjA6MRcwFQYD
VQQKEw5DcnlwdG8gVHJhY2tlcjEfMB0GA1UEAxMWQ3J5cHRvIFRyYWNrZXIgcGkg
NkQwODBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBwzdQaUzHUXj0Npc3yrsZr+
iSRxF8s8j5nOrtGeTasUGtjFDHW4ioT7b1K1dhgd2zXls27odH6niI5kMyv2onuj
gc0wgcowEgYDVR0TAQH/BAgwBgEB/wIBADAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0O
BBYEFGFd9OwJISnVPom1VJPON9h+aykKMIGEBgNVHR4BAf8EejB4oHYwB4IFbG9j
YWwwC4IJbG9jYWxob3N0MAqCCHBpLmxvY2FsMAqHCAoAAAD/AAAAMAqHCKwQAAD/
8AAAMAqHCMCoAAD//wAAMAqHCGRAAAD/wAAAMCKHIPwAAAAAAAAAAAAAAAAAAAD+
AAAAAAAAAAAAAAAAAAAAMAoGCCqGSM49BAMCA0kAMEYCIQD17j1c40DVGqlOexoZ
g99vOtyy7DtHEewT0lynmtUYMQIhAME4Jxg0kNvNXGAsHTqmYk+ClHcW7oEckQMr
lcYQfjyL
-----END CERTIFICATE-----
`

/** @param origins where the page is told that the app is, the best first */
export function homeHttps(origins: readonly [string, ...string[]]): PhonesStatus {
  const { host, port } = new URL(origins[0])
  return {
    guide: `http://${host}/phone`,
    addresses: origins,
    port: Number(port),
    fingerprint:
      '98:D1:1D:F9:89:94:4A:57:60:A2:F9:A0:31:05:C5:B7:E2:22:CE:F9:D1:88:AD:9F:0E:98:BB:93:B1:34:B2:61',
    authority: AUTHORITY,
    authorityEndsMs: Date.UTC(2036, 1, 29),
    certificateEndsMs: Date.UTC(2027, 3, 1),
    madeAuthority: false,
    refused: [],
    isPublic: false,
  }
}
