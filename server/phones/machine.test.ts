import type { NetworkInterfaceInfo } from 'node:os'
import { expect, test } from 'vitest'
import { isHostName, isNetworkAddress, namesOf, type Machine } from './machine.ts'

const at = (address: string, internal = false) => ({ address, internal }) as NetworkInterfaceInfo
const machine = (interfaces: Machine['interfaces'], hostname = 'Pi') => ({ hostname, interfaces })

test('the home’s own IPv4 address comes first; loopback, link-local, container bridges and IPv6 of the internet are left out', () => {
  const { hosts, addresses } = namesOf(
    machine({
      lo: [at('127.0.0.1', true), at('::1', true)],
      docker0: [at('172.17.0.1')],
      tailscale0: [at('100.101.1.2')],
      eth0: [at('fe80::1'), at('2001:db8::5'), at('fd12::5'), at('203.0.113.4'), at('192.168.1.5')],
      wlan0: [at('169.254.3.4'), at('192.168.1.5')],
    }),
  )
  expect(addresses).toEqual(['192.168.1.5', '203.0.113.4', 'fd12::5', '100.101.1.2'])
  expect(hosts).toEqual(['pi.local', 'pi', 'localhost'])
})

test('a full name is a name, too; one that no certificate can carry is none', () => {
  expect(namesOf(machine({}, 'pi.home.arpa')).hosts).toEqual(['pi.local', 'pi.home.arpa', 'localhost'])
  expect(namesOf(machine({}, 'my_pi')).hosts).toEqual(['localhost'])
})

test('where the server listens at one address alone, phones reach no other', () => {
  const interfaces = { eth0: [at('192.168.1.5'), at('10.0.0.5')] }
  expect(namesOf(machine(interfaces), '10.0.0.5').addresses).toEqual(['10.0.0.5'])
})

test('what phones cannot reach is no address for them, and what is no name is refused', () => {
  expect(['192.168.1.5', '203.0.113.4', 'fd00::2'].map(isNetworkAddress)).toEqual([true, true, true])
  expect(['127.0.0.1', '0.0.0.0', '::1', '169.254.0.1', 'fe80::1', 'pi'].some(isNetworkAddress)).toBe(false)
  expect(['pi', 'pi.local', 'a-b.c1'].map(isHostName)).toEqual([true, true, true])
  expect(['', '-a', 'a..b', 'a_b', 'a b', '10.0.0.1', 'x'.repeat(64)].some(isHostName)).toBe(false)
})
