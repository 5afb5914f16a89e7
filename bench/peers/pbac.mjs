// Asks pbac, as its README says, and prints seconds and answers; run with the requests' file as the argument.
//
// Not part of the package: `make peers` fetches pbac (MIT) into build/peers. It says allowed or not, never which kind
// of deny, and takes lists only where AWS takes one text too.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const PBAC = createRequire(`${process.cwd()}/`)('pbac')
const { policy, requests } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
for (const statement of policy.Statement) {
  for (const element of ['Action', 'NotAction', 'Resource', 'NotResource']) {
    if (typeof statement[element] === 'string') statement[element] = [statement[element]]
  }
}
const evaluator = new PBAC(policy)
const asked = requests.map(({ action, resource, context }) => {
  const keys = Object.entries(context).map(([key, text]) => [key.slice('aws:'.length), text])
  return { action, resource, context: { aws: Object.fromEntries(keys) } }
})

const started = process.hrtime.bigint()
const answers = asked.map((each) => (evaluator.evaluate(each) ? 'allow' : 'deny'))
const seconds = Number(process.hrtime.bigint() - started) / 1e9
console.log(JSON.stringify({ seconds, answers }))
