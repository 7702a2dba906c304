// Preloaded into an agent: resolves names below steg.test to this machine, for as long as the file named by STEG_NAMES
// (if there is such a variable) exists. Names of no other kind are touched.
import dns from 'node:dns'
import { existsSync } from 'node:fs'

const real = dns.lookup
dns.lookup = (host, options, done) => {
  const found = typeof options === 'function' ? options : done
  if (!String(host).endsWith('.steg.test')) return real(host, options, done)
  const file = process.env.STEG_NAMES
  if (file !== undefined && !existsSync(file)) {
    const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${host}`), {
      code: 'EAI_AGAIN',
      hostname: host,
    })
    return process.nextTick(found, error)
  }
  if (options.all) return process.nextTick(found, null, [{ address: '127.0.0.1', family: 4 }])
  process.nextTick(found, null, '127.0.0.1', 4)
}
