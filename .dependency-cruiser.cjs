const { existsSync, readdirSync } = require('node:fs')

// Each rule says what it protects and how to mend a violation.
const pureRules = '^(functions|agent|shared)/.*/rules/'
const sdk = '@azure/|^rhea|^ws$|^node:sqlite|^pino|^swagger-ui-dist|^nodemailer|^argon2|^@opentelemetry/'

/** A folder with a descriptor is a product. */
const products = readdirSync('functions')
  .filter((folder) => existsSync(`functions/${folder}/product.ts`))
  .join('|')

const capabilities = `audit|tenancy|credentials|connectors|relay|jobs|licensing|metrics|${products}`

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Data flows one way. Move what both sides need into a third file below them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file nobody imports is dead. Delete it, or import it where it is needed.',
      severity: 'error',
      from: { orphan: true, pathNot: ['main\\.tsx?$', '\\.config\\.ts$', '^test/', '^bench/', '\\.d\\.ts$'] },
      to: {},
    },
    {
      name: 'rules-are-pure',
      comment:
        'A rules/ file decides and does nothing else: no package, no Node module. Hand in what it needs as an argument.',
      severity: 'error',
      from: { path: pureRules },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'rules-know-only-rules',
      comment:
        'A rules/ file may import other rules/ files and error codes. Types it needs belong to the rules.',
      severity: 'error',
      from: { path: pureRules },
      to: { path: '^(functions|agent|infra)/', pathNot: pureRules },
    },
    {
      name: 'only-compose-imports-adapters',
      comment:
        'Services know ports (platform/*/port.ts). Take the port as an argument; compose/platform.ts opens the adapter.',
      severity: 'error',
      from: {
        path: '^functions/',
        pathNot: ['^functions/compose/platform\\.ts$', '^functions/main\\.ts$', '^functions/platform/'],
      },
      to: { path: '^functions/platform/', pathNot: ['/port\\.ts$', '^functions/platform/store/table\\.ts$'] },
    },
    {
      name: 'adapters-do-not-know-each-other',
      comment: 'One adapter, one outside system. Combine adapters in compose/platform.ts.',
      severity: 'error',
      from: { path: '^functions/platform/([^/]+)/' },
      to: {
        path: '^functions/platform/([^/]+)/',
        // Rows are typed by the same means wherever they are kept.
        pathNot: ['^functions/platform/$1/', '/port\\.ts$', '^functions/platform/store/table\\.ts$'],
      },
    },
    {
      name: 'platform-knows-no-capability',
      comment: 'Adapters serve capabilities, not the other way round. Move the shared type into the port.',
      severity: 'error',
      from: { path: '^functions/platform/' },
      to: { path: '^functions/(?!platform/)' },
    },
    {
      name: 'opening-adapters-knows-no-capability',
      comment:
        'compose.ts alone sees adapters and services. What a capability needs belongs into compose/services.ts.',
      severity: 'error',
      from: { path: '^functions/compose/platform\\.ts$' },
      to: {
        path: '^functions/',
        pathNot: ['^functions/(platform/|settings\\.ts$)', '^functions/compose/tables\\.ts$'],
      },
    },
    {
      name: 'composition-is-made-in-one-place',
      comment:
        'The parts of the composition are put together by compose.ts. Take what you need as an argument instead.',
      severity: 'error',
      from: { path: '^(functions|agent|shared|infra)/', pathNot: '^functions/compose(\\.ts$|/)' },
      to: { path: '^functions/compose/' },
    },
    {
      name: 'adapters-are-opened-by-compose',
      comment:
        'The other parts of the composition get what is open: import only the type of compose/platform.ts.',
      severity: 'error',
      from: { path: '^functions/compose/' },
      to: { path: '^functions/compose/platform\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sdk-only-in-adapters',
      comment:
        'Only functions/platform, the agent and infra/local talk to an SDK. Add what you need to the port.',
      severity: 'error',
      from: {
        path: '^(functions|shared)/',
        pathNot: [
          '^functions/platform/',
          // Both sides trace in the same way; domain code knows only the port beside it.
          '^shared/telemetry/opentelemetry\\.ts$',
          '^functions/main\\.ts$',
          '^functions/(http|docs|portal)/',
          '^functions/live/route\\.ts$',
          '^functions/triggers\\.ts$',
        ],
      },
      to: { path: sdk },
    },
    {
      name: 'capabilities-meet-in-compose',
      comment:
        "A capability uses another through its service's type, handed in by compose/services.ts: import type only from service.ts.",
      severity: 'error',
      from: { path: `^functions/(${capabilities})/` },
      to: {
        path: `^functions/(${capabilities})/`,
        pathNot: ['^functions/$1/', '/service\\.ts$', '/port\\.ts$'],
      },
    },
    {
      name: 'a-product-is-known-by-its-descriptor',
      comment:
        'The hub knows a product by what its product.ts hands over. Add to functions/products/port.ts what is missing there.',
      severity: 'error',
      from: {
        path: '^functions/',
        pathNot: [
          `^functions/(${products})/`,
          '^functions/compose/products\\.ts$',
          // Rights and roles are types as well.
          '^functions/products/rules/access\\.ts$',
        ],
      },
      to: { path: `^functions/(${products})/` },
    },
    {
      name: 'products-are-strangers',
      comment: 'One product does not know another. What both need belongs to the hub, behind a port.',
      severity: 'error',
      from: { path: `^functions/(${products})/` },
      to: { path: `^functions/(${products})/`, pathNot: '^functions/$1/' },
    },
    {
      name: 'capabilities-of-a-product-meet-in-it',
      comment:
        "A capability of a product uses another through its service's type or its port, handed in by product.ts. What all of them share lies beside product.ts or in its rules/.",
      severity: 'error',
      from: { path: `^functions/(${products})/(?!rules/)([^/]+)/` },
      to: {
        path: '^functions/$1/[^/]+/',
        pathNot: ['^functions/$1/($2|rules)/', '/service\\.ts$', '/port\\.ts$'],
      },
    },
    {
      name: 'hub-and-agent-meet-in-shared',
      comment: 'functions/ and agent/ run on different machines. What both speak belongs in shared/.',
      severity: 'error',
      from: { path: '^(functions|agent)/' },
      to: { path: '^(functions|agent)/', pathNot: '^$1/' },
    },
    {
      name: 'shared-stands-alone',
      comment: 'shared/ is below everything.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(functions|agent|infra|test|bench)/' },
    },
    {
      name: 'product-does-not-know-the-laptop',
      comment: 'infra/local stands in for the cloud. The product must not notice.',
      severity: 'error',
      from: { path: '^(functions|agent|shared)/' },
      to: { path: '^infra/' },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'Tests are leaves.',
      severity: 'error',
      from: { path: '^(functions|agent|shared|infra)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'portal-speaks-to-the-hub-by-its-api',
      comment:
        'The portal runs in browsers and knows the hub by portal/api alone. What both need, as a pure text or rule, belongs in shared/.',
      severity: 'error',
      from: { path: '^portal/' },
      to: { path: '^(functions|agent|infra|test|bench)/' },
    },
    {
      name: 'nothing-imports-the-portal',
      comment: 'It is built to files, which the hub serves. Tests may look at its texts.',
      severity: 'error',
      from: { path: '^(functions|agent|shared|infra)/' },
      to: { path: '^portal/', pathNot: '^portal/vite\\.config\\.ts$' },
    },
    {
      name: 'portal-areas-are-strangers',
      comment:
        'An area of pages uses portal/ui, portal/api, portal/i18n and itself. Move what two areas need into portal/ui.',
      severity: 'error',
      from: { path: '^portal/(?!app/|api/|ui/|i18n/)([^/]+)/' },
      to: { path: '^portal/[^/]+/', pathNot: ['^portal/(api|ui|i18n)/', '^portal/$1/'] },
    },
    {
      name: 'portal-foundation-knows-no-area',
      comment: 'Shared pieces take what they need as properties; only app/router.tsx lists the pages.',
      severity: 'error',
      from: { path: '^portal/(api|ui|i18n)/' },
      to: { path: '^portal/(?!api/|ui/|i18n/)[^/]+/' },
    },
    {
      name: 'no-unlisted-packages',
      comment: 'List it in package.json, pinned, with a reason in ARCHITECTURE.md.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'shipped-code-uses-shipped-packages',
      comment: 'What the hub or the agent imports must be in dependencies, not devDependencies.',
      severity: 'error',
      from: { path: '^(functions|agent|shared)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
