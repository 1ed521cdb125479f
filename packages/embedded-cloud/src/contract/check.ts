import { auditLines } from '#src/audit/log';
import { auditFiles } from '#src/contract/audit-files';
import { isBundledModelCurrent } from '#src/contract/bundled-model';
import { judge } from '#src/contract/replay';
import { Report } from '#src/contract/report';
import { installModels, ServiceModels } from '#src/contract/service-models';

export interface ContractOptions {
  /** Where the pinned botocore is installed from PyPI. */
  readonly modelDirectory: string;
  readonly print: (line: string) => void;
}

/**
 * Checks the requests of audit logs against AWS's own service models. The models are botocore's, pinned by hash and installed
 * from PyPI on first use; where PyPI is out of reach the check is skipped with a message.
 * @param paths audit logs, or folders with `audit*.jsonl` at any depth
 * @returns false when the embedded cloud accepted a request that AWS would refuse, when the log holds what AWS marks as
 *   sensitive, when there was nothing to check, or when the packaged subset of the models is out of date
 */
export async function checkContract(
  paths: readonly string[],
  { modelDirectory, print }: ContractOptions,
): Promise<boolean> {
  const files = auditFiles(paths);
  if (files.length === 0) {
    print(`contract: no audit log (audit*.jsonl) below ${paths.join(', ')}`);
    return false;
  }
  const installed = await installModels(modelDirectory);
  if ('problem' in installed) {
    print(`contract: SKIPPED, the service models are missing: ${installed.problem}`);
    return true;
  }
  const models = new ServiceModels(installed.folder);
  const current = isBundledModelCurrent(models);
  if (!current) print('contract: the service model of the embedded SageMaker is out of date: npm run service-model');
  const report = new Report();
  for (const file of files) {
    for (const line of auditLines(file)) {
      const verdict = judge(line, models);
      if (verdict) report.add(line, verdict, file);
    }
  }
  for (const line of report.lines()) print(line);
  const refused = report.total('refused');
  const unchecked = report.total('unchecked');
  if (refused > 0) print(`${refused} invalid and refused by the embedded cloud, as AWS would`);
  if (unchecked > 0) print(`${unchecked} not checked`);
  print(`${report.total('valid')} passed, ${report.total('invalid')} failed`);
  return current && report.total('invalid') === 0 && report.total('valid') > 0;
}
