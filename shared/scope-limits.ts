/**
 * How many people and groups the scope of a user or an API token may name. A row keeps them in one property of at most
 * 32,768 characters; the longest external token takes 18 of them there, the longest id of a group 67.
 */
export const scopeLimits = { people: 500, groups: 100 } as const
