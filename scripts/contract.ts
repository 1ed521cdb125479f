/**
 * Checks the requests of audit logs against AWS's own service models: `npm run contract -- <audit log or folder>…`, by
 * default those of the embedded cloud that `tidegate up` starts.
 */
import { join } from 'node:path';
import { checkContract } from 'embedded-cloud/contract';

const given = process.argv.slice(2);
const home = process.env['TIDEGATE_HOME'] ?? '.tidegate';
try {
  const passed = await checkContract(given.length > 0 ? given : [join(home, 'audit')], {
    modelDirectory: join('.tidegate', 'service-models'),
    print: console.log,
  });
  process.exitCode = passed ? 0 : 1;
} catch (error) {
  console.error(`contract: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
