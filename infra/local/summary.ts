import type { Demo } from './demo.ts'

/** What a person sees after `npm start`. The commands can be copied as they are. */
export function summary(running: {
  readonly url: string
  readonly data: string
  readonly operatorToken: string
  readonly mailbox: string
  readonly demo?: Demo
}): string {
  const { url, data, operatorToken, mailbox, demo } = running
  const lines = ['', `Steg is running at ${url}  (data in ${data}, log in ${data}/steg.log; Ctrl-C stops)`]
  if (demo === undefined) {
    lines.push(
      `  mailbox         ${mailbox}`,
      '',
      'Try next: create a tenant',
      `  curl -s -X POST ${url}/api/v1/tenants -H 'Authorization: Bearer ${operatorToken}' -H 'Content-Type: application/json' -d '{"name":"Muster GmbH"}'`,
    )
    return lines.join('\n')
  }
  const auth = `-H 'Authorization: Bearer ${demo.tenantToken}'`
  const number = new Intl.NumberFormat('en-GB').format(demo.people)
  lines.push(
    `  demo tenant     Muster GmbH (${demo.tenantId})`,
    `  demo sign-in    ${demo.email}, password ${demo.password}`,
    `  demo API token  ${demo.tenantToken}`,
    `  mailbox         ${mailbox}`,
    `  operator token  in ${data}/secrets.json`,
    `  Sage            simulated, ${demo.sageUrl}`,
    demo.run.state === 'succeeded'
      ? `  people          ${number} came from Sage through the agent`
      : `  people          ${number}; the last synchronisation ${demo.run.state}: ${demo.run.message}`,
    '',
    'Try next:',
    `  curl -s '${url}/api/v1/people?search=gehalt' ${auth}`,
    `  curl -s ${url}/api/v1/agents ${auth}`,
    `  curl -s -X POST ${url}/api/v1/jobs/SysSageSync/runs ${auth}`,
    `or read and try the whole API at ${url}/docs/api`,
  )
  return lines.join('\n')
}
