'use strict';

const { join } = require('node:path');

/**
 * Credential providers for laptops, EC2 and containers, a quarter of a small bundle. Lambda puts a function's credentials into its
 * environment (Lambda Developer Guide, "Defined runtime environment variables"), and the SDK loads these providers only when
 * the environment has none.
 */
const credentialsElsewhere = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/**
 * Event streams, which the SDK loads when a command answers with one: S3 Select and streamed inference, and no function calls
 * these. In the bundle this import would keep the whole module, of which clients use two functions.
 */
const noEventStreams = {
  name: 'no-event-streams',
  setup({ onResolve }) {
    onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

/**
 * How functions are bundled, for esbuild: one CommonJS file each.
 *
 * @param {string} serviceDir the folder of serverless.yml
 * @param {readonly string[]} sources paths below it without extension, as `functions/admit-drop`
 */
function bundleOptions(serviceDir, sources) {
  return {
    absWorkingDir: serviceDir,
    entryPoints: Object.fromEntries(sources.map((source) => [source, `${source}.ts`])),
    outdir: join(serviceDir, '.serverless'),
    // .cjs, because a .js file may count as ESM, depending on the package.json above it
    outExtension: { '.js': '.cjs' },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // ESM builds, so that unused code is removed: most commands of the AWS SDK
    mainFields: ['module', 'main'],
    minify: true,
    // Step Functions matches errors by their class names.
    keepNames: true,
    legalComments: 'none',
    external: ['@duckdb/*', ...credentialsElsewhere],
    plugins: [noEventStreams],
    logLevel: 'silent',
  };
}

module.exports = { bundleOptions };
