/** What a request for leave says, and when two say the same. */
export interface RequestContent {
  /** Client and employee number in Sage, e.g. `3_4`. */
  readonly externalToken: string
  readonly reasonId: number
  /** First and last day, `YYYY-MM-DD`. */
  readonly from: string
  readonly to: string
  readonly halfDay: boolean
  readonly comment: string
}

export function sameContent(a: RequestContent, b: RequestContent): boolean {
  return (
    a.externalToken === b.externalToken &&
    a.reasonId === b.reasonId &&
    a.from === b.from &&
    a.to === b.to &&
    a.halfDay === b.halfDay &&
    a.comment === b.comment
  )
}

/** An absence as Sage shows it. */
export interface SageAbsence {
  readonly id: string
  readonly reasonId: number
  readonly from: string
  readonly to: string
  readonly halfDay: boolean
  /** `other`: a word of this installation that is not in the profile; it decides nothing. */
  readonly state: 'requested' | 'approved' | 'rejected' | 'other'
}

/** Whether an absence may be what was sent. The comment is left out: Sage may shorten it. */
export function fits(request: RequestContent, absence: SageAbsence): boolean {
  return (
    request.reasonId === absence.reasonId &&
    request.from === absence.from &&
    request.to === absence.to &&
    request.halfDay === absence.halfDay
  )
}
