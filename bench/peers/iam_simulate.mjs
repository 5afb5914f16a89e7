// Asks iam-simulate, as its README says, and prints seconds and answers; run with the requests' file as the argument.
//
// Not part of the package and in no wheel: `make peers` fetches iam-simulate (AGPL-3.0-or-later) into build/peers and
// runs it there as a program of its own. Nothing of ours is linked with it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { runSimulation } = createRequire(`${process.cwd()}/`)('@cloud-copilot/iam-simulate')
const ANSWERS = { Allowed: 'allow', ExplicitlyDenied: 'explicit-deny', ImplicitlyDenied: 'implicit-deny' }
const { account, policy, requests } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const identityPolicies = [{ name: 'role', policy }]

const answers = []
const started = process.hrtime.bigint()
for (const { action, resource, principal, context } of requests) {
  const simulation = {
    identityPolicies,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    request: { action, principal, resource: { resource, accountId: account }, contextVariables: context },
  }
  const response = await runSimulation(simulation, {})
  answers.push(ANSWERS[response.overallResult] ?? 'error')
}
const seconds = Number(process.hrtime.bigint() - started) / 1e9
console.log(JSON.stringify({ seconds, answers }))
