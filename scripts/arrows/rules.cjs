'use strict';

/** Folders of entry points: they may import anything, and nothing imports them. */
const outside = '^(test|bench|scripts|examples|plugins|packages/[^/]+/(test|examples|scripts))/';

/**
 * The architecture as rules of dependency-cruiser. `docs/architecture.md` shows the diagram that these rules enforce.
 * Arrows: functions → schemas → domain → schemas/records; cli → everything; nobody → cli.
 */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Two files must not import each other. Move the shared code into a third.',
      severity: 'error',
      from: { pathNot: outside },
      to: { circular: true },
    },
    {
      name: 'no-folder-cycle',
      comment: 'Two folders must not import each other. Move the shared code into a third, or down into one of them.',
      severity: 'error',
      scope: 'folder',
      from: { pathNot: outside },
      to: { circular: true },
    },
    {
      name: 'records-are-the-ground-floor',
      comment: 'schemas/records describes stored JSON. It imports nothing.',
      severity: 'error',
      from: { path: '^schemas/records/' },
      to: { path: '^(domain|functions|cli|resources|schemas/(?!records/)|packages)/' },
    },
    {
      name: 'domain-is-pure',
      comment:
        'domain/ computes. It imports only itself, schemas/records, zod and the name finder of located-yaml; its detectors, pure checks too.',
      severity: 'error',
      from: { path: '^domain/(?!detectors/)' },
      to: { pathNot: '^(domain/|schemas/records/|node_modules/zod/|packages/located-yaml/)|^(node:)?crypto$' },
    },
    {
      name: 'detectors-are-pure',
      comment: 'domain/detectors/ checks texts. It imports only the domain and libraries that compute.',
      severity: 'error',
      from: { path: '^domain/detectors/' },
      to: {
        pathNot: '^(domain/|schemas/records/|node_modules/(zod|validator|@types/validator|libphonenumber-js|re2js)/)',
      },
    },
    {
      name: 'schemas-compose-the-domain',
      comment: 'schemas/ composes what the domain declares. It imports no function, no CLI and no AWS client.',
      severity: 'error',
      from: { path: '^schemas/' },
      to: { path: '^(functions|cli|resources|node_modules/@aws-sdk|packages/embedded-cloud)/' },
    },
    {
      name: 'functions-deploy-alone',
      comment: 'functions/ runs on AWS. The command line, the template and the embedded cloud do not.',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(cli|resources|packages/embedded-cloud)/' },
    },
    {
      name: 'nobody-imports-the-cli',
      comment: 'cli/ is the top layer. Nothing imports it.',
      severity: 'error',
      from: { pathNot: `^cli/|${outside}` },
      to: { path: '^cli/' },
    },
    {
      name: 'only-the-cli-starts-the-embedded-cloud',
      comment: 'The product runs on AWS without it.',
      severity: 'error',
      from: { pathNot: `^(cli|packages/embedded-cloud)/|${outside}` },
      to: { path: '^packages/embedded-cloud/' },
    },
    {
      name: 'packages-know-nothing-of-the-product',
      comment: 'A package can be used without the product, so it imports none of it.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(functions|domain|schemas|cli|resources|examples|test|scripts|bench)/' },
    },
    {
      name: 'located-yaml-stands-alone',
      comment: 'located-yaml is below the embedded cloud.',
      severity: 'error',
      from: { path: '^packages/located-yaml/' },
      to: { path: '^packages/embedded-cloud/' },
    },
    {
      name: 'product-does-not-import-tests',
      comment: 'Product code does not import tests.',
      severity: 'error',
      from: { path: '^(functions|domain|schemas|cli|resources|packages/[^/]+/src)/' },
      to: { path: '^(test|packages/[^/]+/test)/' },
    },
    {
      name: 'resolvable',
      comment: 'The file or package is missing, or package.json does not list it.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^node:' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // `import type` counts too: a reader of a file must read the types that it names.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json', '.d.ts'],
    },
  },
};
