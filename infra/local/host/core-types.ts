/**
 * The part of the module `@azure/functions-core` that the Functions library and this host use with each other.
 * Source: the public type declarations of the Functions Node.js worker.
 */

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none'

/** One value on its way between host and library. Exactly one field is set; none means "no value". */
export interface TypedData {
  string?: string
  json?: string
  bytes?: Uint8Array
  int?: number
  http?: HttpData
  collectionString?: { string: string[] }
  collectionBytes?: { bytes: Uint8Array[] }
}

export interface HttpData {
  method?: string
  url?: string
  nullableHeaders?: Record<string, { value: string }>
  nullableQuery?: Record<string, { value: string }>
  nullableParams?: Record<string, { value: string }>
  body?: TypedData
}

export interface TraceContext {
  traceParent: string
  traceState: string
  attributes: Record<string, string>
}

export interface InvocationRequest {
  invocationId: string
  functionId: string
  inputData: { name: string; data: TypedData }[]
  triggerMetadata: Record<string, TypedData>
  traceContext: TraceContext
}

/** What the library answers; read only through schemas, since it comes from outside. */
export interface InvocationResponse {
  returnValue?: unknown
}

export type FunctionCallback = (...args: unknown[]) => unknown

export interface FunctionMetadata {
  readonly name: string
  readonly functionId?: string
  readonly bindings: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly retryOptions?: unknown
}

type InvocationState = 'preInvocationHooks' | 'invocation' | 'postInvocationHooks'

export interface CoreInvocationContext {
  readonly invocationId: string
  readonly request: InvocationRequest
  readonly metadata: FunctionMetadata
  state: InvocationState | undefined
  log(level: LogLevel, category: string, message: string): void
}

interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>
}

export interface ProgrammingModel {
  readonly name: string
  readonly version: string
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>
  getCapabilities?(defaults: Record<string, string>): Record<string, string> | Promise<Record<string, string>>
}

export type HookData = Record<string, unknown>
export type HookContext = object
export type HookCallback = (context: HookContext) => void | Promise<void>
