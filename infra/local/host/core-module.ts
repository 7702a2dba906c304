import Module from 'node:module'
import type {
  FunctionCallback,
  FunctionMetadata,
  HookCallback,
  LogLevel,
  ProgrammingModel,
} from './core-types.ts'

const hookNames = ['appStart', 'preInvocation', 'postInvocation', 'appTerminate'] as const
export type HookName = (typeof hookNames)[number]

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata
  readonly callback: FunctionCallback
}

export interface CoreRegistry {
  /** By function id, which is the name unless the app says otherwise. */
  readonly functions: ReadonlyMap<string, RegisteredFunction>
  readonly hooks: Readonly<Record<HookName, readonly HookCallback[]>>
  model(): ProgrammingModel | undefined
  /** After the start of the app no function may be added any more. */
  lock(): void
}

/** The name is given by the library; the version is that of the interface this host imitates. */
const coreModuleName = '@azure/functions-core'
const coreVersion = '3.10.0'
const hostVersion = '4.34.0'

let installed = false

interface Loader {
  _load(request: string, parent: unknown, isMain: boolean): unknown
}

/**
 * Makes `require('@azure/functions-core')` in this process return a stand-in that records what the app registers.
 * The library asks for that module only once per process, so this may be called only once.
 * Throws when it has been called before.
 */
export function installCoreModule(
  log: (level: LogLevel, category: string, message: string) => void,
): CoreRegistry {
  if (installed) {
    throw new Error(
      'A Functions host was already started in this process. Start each host in its own process.',
    )
  }
  installed = true

  const functions = new Map<string, RegisteredFunction>()
  const hooks: Record<HookName, HookCallback[]> = {
    appStart: [],
    preInvocation: [],
    postInvocation: [],
    appTerminate: [],
  }
  let model: ProgrammingModel | undefined
  let locked = false

  const core = {
    version: coreVersion,
    hostVersion,
    registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposal {
      if (locked) throw new Error('A function can only be registered during app startup.')
      const id = metadata.functionId ?? metadata.name
      if (functions.has(id)) throw new Error(`A function with id "${id}" has already been registered.`)
      functions.set(id, { metadata, callback })
      return new Disposal(() => functions.delete(id))
    },
    registerHook(name: string, callback: HookCallback): Disposal {
      const known = hookNames.find((hook) => hook === name)
      // This name and flag are what the library looks for to explain that the host is too old for a hook.
      if (!known) {
        throw Object.assign(new RangeError(`Unrecognized hook "${name}"`), {
          isAzureFunctionsSystemError: true,
        })
      }
      const list = hooks[known]
      list.push(callback)
      return new Disposal(() => {
        const at = list.indexOf(callback)
        if (at >= 0) list.splice(at, 1)
      })
    },
    setProgrammingModel(next: ProgrammingModel): void {
      model = next
    },
    getProgrammingModel: () => model,
    log,
    Disposable: Disposal,
  }

  const loader = Module as unknown as Loader
  const load = loader._load
  loader._load = (request, parent, isMain) =>
    request === coreModuleName ? core : load.call(loader, request, parent, isMain)

  return {
    functions,
    hooks,
    model: () => model,
    lock() {
      locked = true
    },
  }
}

/** A class because the library's contract is one: apps may call `new Disposable(…)` and `Disposable.from(…)`. */
class Disposal {
  #release: (() => unknown) | undefined

  constructor(release: () => unknown) {
    this.#release = release
  }

  static from(...disposables: { dispose(): unknown }[]): Disposal {
    return new Disposal(() => {
      for (const disposable of disposables) disposable.dispose()
    })
  }

  dispose(): void {
    const release = this.#release
    this.#release = undefined
    release?.()
  }
}
