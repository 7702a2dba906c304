/** What of a run's log is shown to somebody who may see only certain people (A9). */

/** An external token, or what looks like one, anywhere in a text. */
const tokenLike = /(?<![0-9])\d{1,6}_\d{1,8}(?![0-9])/

/**
 * A line about one person is shown to those who may see that person. What a foreign server says (`reason`) may name
 * anybody, and so may a text in which an external token occurs.
 */
export function isShownTo(
  params: Readonly<Record<string, string | number>>,
  seesToken: (externalToken: string) => boolean,
): boolean {
  if (typeof params.token === 'string') return seesToken(params.token)
  if ('reason' in params) return false
  return !Object.values(params).some((value) => typeof value === 'string' && tokenLike.test(value))
}
