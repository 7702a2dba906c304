import { z } from 'zod'
import { isTimeZone } from '../../../shared/wall-time.ts'
import { said } from '../../http/text.ts'

/** Below the base address. */
const Path = z.string().regex(/^[A-Za-z0-9/_-]+$/)
/** Names of nested properties, joined by dots. */
const Field = z.string().regex(/^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$/)
/** Name of a query parameter or of a property that is sent. */
const Parameter = z.string().regex(/^[A-Za-z0-9_]+$/)

/**
 * Every path and name of the Sage HR portal API that Steg uses, as data: the vendor publishes no description, so an
 * installation may differ and an installer can correct it without a release (PUT /api/v1/sage/profile).
 */
export const SageProfile = z.strictObject({
  signIn: Path.default('Authorization'),
  calculate: Path.default('Security/Calculate'),
  currentTime: Path.default('Configuration/CurrentTime'),
  databases: Path.default('Configuration/Databases/Basic'),
  databaseHeader: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .default('WebApiDatabaseConnection'),
  list: z
    .strictObject({
      skip: z.string().default('options[Skip]'),
      take: z.string().default('options[Take]'),
      pageSize: z.int().min(2).max(500).default(500),
      results: Field.default('Results'),
      total: Field.default('Total'),
    })
    .prefault({}),
  employees: z
    .strictObject({
      path: Path.default('Employee/Employees'),
      clientNumber: Field.default('EmployeeKey.MdNr'),
      employeeNumber: Field.default('EmployeeKey.AnNr'),
      keyIsEmpty: Field.default('EmployeeKey.IsEmpty'),
      firstName: Field.default('Firstname'),
      lastName: Field.default('Lastname'),
      email: Field.default('Email'),
      active: Field.default('Active'),
      timeManagement: Field.default('TimeManagement'),
      accessControl: Field.default('AccessControl'),
      entry: Field.default('Entry'),
      exit: Field.default('Exit'),
    })
    .prefault({}),
  placesOfWork: z
    .strictObject({
      path: Path.default('Time/PlacesOfWork'),
      id: Field.default('Id'),
      name: Field.default('Name'),
    })
    .prefault({}),
  absenceReasons: z
    .strictObject({
      path: Path.default('Time/AbsenceReasons'),
      id: Field.default('Id'),
      short: Field.default('Short'),
      name: Field.default('Name'),
      color: Field.default('Color'),
      requestable: Field.default('Requestable'),
    })
    .prefault({}),
  additionalInputs: z
    .strictObject({
      path: Path.default('Time/AdditionalInputs'),
      id: Field.default('Id'),
      description: Field.default('Description'),
      active: Field.default('Active'),
    })
    .prefault({}),
  balances: z
    .strictObject({
      path: Path.default('Time/AccountsBooking'),
      clientParameter: Parameter.default('mdnr'),
      employeeParameter: Parameter.default('annr'),
      keyDateParameter: Parameter.default('keyDate'),
      id: Field.default('Id'),
      name: Field.default('Name'),
      minutes: Field.default('AmountInMinutes'),
    })
    .prefault({}),
  absences: z
    .strictObject({
      path: Path.default('Time/Absences'),
      // Names of query parameters and, in a request, of properties.
      clientParameter: Parameter.default('MdNr'),
      employeeParameter: Parameter.default('AnNr'),
      fromParameter: Parameter.default('from'),
      toParameter: Parameter.default('to'),
      id: Field.default('Id'),
      reasonId: Parameter.default('ReasonId'),
      from: Parameter.default('From'),
      to: Parameter.default('To'),
      halfDay: Parameter.default('HalfDay'),
      comment: Parameter.default('Comment'),
      state: Field.default('State'),
      // Values of the state.
      requested: z.string().default('Requested'),
      approved: z.string().default('Approved'),
      rejected: z.string().default('Rejected'),
    })
    .prefault({}),
  timeEvents: z
    .strictObject({
      path: Path.default('Time/TimeEvents'),
      // Names of query parameters.
      fromParameter: Parameter.default('from'),
      toParameter: Parameter.default('to'),
      // Names of properties in a list and in a request; client and employee number are query parameters, too.
      id: Parameter.default('Id'),
      clientNumber: Parameter.default('MdNr'),
      employeeNumber: Parameter.default('AnNr'),
      time: Parameter.default('Time'),
      type: Parameter.default('Type'),
      placeOfWorkId: Parameter.default('PlaceOfWorkId'),
      additionalInputId: Parameter.default('AdditionalInputId'),
      // Values of the type.
      come: z.string().min(1).default('Come'),
      go: z.string().min(1).default('Go'),
      /** How long Sage may still be working on a request after its connection is gone. */
      settleSeconds: z.int().min(1).max(600).default(30),
    })
    .prefault({}),
  /** IANA zone of the Sage server: its times are local and carry no offset. */
  timeZone: z
    .string()
    .refine(isTimeZone, said({ en: 'not an IANA time zone', de: 'keine IANA-Zeitzone' }))
    .default('Europe/Berlin'),
})
export type SageProfile = z.infer<typeof SageProfile>

type Overridden<F extends z.core.SomeType> =
  F extends z.ZodDefault<infer Inner>
    ? Inner
    : F extends z.ZodPrefault<z.ZodObject<infer Shape, z.core.$ZodObjectConfig>>
      ? z.ZodObject<OverriddenShape<Shape>, z.core.$strict>
      : F
type OverriddenShape<S extends z.core.$ZodShape> = { [K in keyof S]: z.ZodOptional<Overridden<S[K]>> }

/** The same fields, each optional and none with its default: `.partial()` would fill in what was left out. */
function overridden<S extends z.core.$ZodShape>(shape: S): z.ZodObject<OverriddenShape<S>, z.core.$strict> {
  const fields = Object.entries(shape).map(([name, field]) => [name, z.optional(withoutDefault(field))])
  return z.strictObject(Object.fromEntries(fields)) as z.ZodObject<OverriddenShape<S>, z.core.$strict>
}

function withoutDefault(field: z.core.$ZodType): z.core.$ZodType {
  if (field instanceof z.ZodDefault) return field.unwrap()
  if (!(field instanceof z.ZodPrefault)) return field
  const inner = field.unwrap()
  return inner instanceof z.ZodObject ? overridden(inner.shape) : inner
}

/** What an installer writes: only the names that differ. */
export const SageProfileOverrides = overridden(SageProfile.shape)
export type SageProfileOverrides = z.infer<typeof SageProfileOverrides>
