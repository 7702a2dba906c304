import { hrAccess } from '../../hr/rules/access.ts'

// The rights and roles that products add: listed here besides compose/products.ts, because the compiler knows each by name.
export const productAccess = [hrAccess] as const
export const productRoles = { ...hrAccess.roles } as const
