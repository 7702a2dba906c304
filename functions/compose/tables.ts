import type { Product } from '../products/port.ts'

const houseTables = [
  'Tenants',
  'TenantList',
  'MasterKeys',
  'RewrapPasses',
  'Users',
  'SignInNames',
  'Sessions',
  'SignInAttempts',
  'ApiTokens',
  'Variables',
  'AccessTokens',
  'Agents',
  'Jobs',
  'Runs',
  'RunLogs',
  'ActiveRuns',
  'RunChanges',
  'DueJobs',
  'AgentHours',
  'Audit',
  'AuditDays',
  'Licences',
  'Credentials',
  'CredentialNotices',
  'PushInterests',
] as const

/** All tables; in Azure they are created at the first start. */
export function tablesOf(products: readonly Product[]): readonly string[] {
  return [...houseTables, ...products.flatMap(({ tables }) => tables)]
}
