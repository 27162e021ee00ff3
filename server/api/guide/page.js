// Looks whether this device trusts the server's certificate, and leads to the app once it does.
const EVERY_MS = 3000
const WITHIN_MS = 4000

const state = document.getElementById('state')
const open = document.getElementById('open')
const origins = state.dataset.origins.split(' ')

/** A connection comes about only where the certificate is trusted; what is answered is not read. */
async function isTrusted(origin) {
  try {
    const signal = AbortSignal.timeout?.(WITHIN_MS)
    await fetch(`${origin}/phone/trusted`, { mode: 'no-cors', cache: 'no-store', signal })
    return true
  } catch {
    return false
  }
}

async function look() {
  const answers = await Promise.all(origins.map(isTrusted))
  const origin = origins[answers.indexOf(true)]
  if (!origin) {
    say(state.dataset.notYet)
    setTimeout(look, EVERY_MS)
    return
  }
  say(state.dataset.trusted)
  open.href = `${origin}/`
  open.classList.add('filled')
  document.documentElement.dataset.trusted = 'true'
}

/** A screen reader repeats what is set anew. */
function say(text) {
  if (state.textContent !== text) state.textContent = text
}

void look()
