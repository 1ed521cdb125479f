import { isObject, type JsonObject, MAX_PAYLOAD_BYTES } from '../asl.ts';
import type { Findings } from './diagnostics.ts';
import { distributedFields } from './fields.ts';
import { checkItemReader } from './reader-rules.ts';
import { checkNumber, checkOneOf, refuseParameters } from './values.ts';

/** A group of states inside a state. */
export interface InnerGroup {
  readonly group: unknown;
  readonly at: string;
  readonly distributed: boolean;
}

const MAX_LABEL = 40;
/** Characters that are not allowed in the label of a map run. */
const notInLabel = /[\s?*<>{}[\]:;,\\|^~$#%&`"\p{Cc}]/u;

function checkLabel(label: unknown, location: string, findings: Findings): void {
  if (label === undefined) return;
  if (typeof label !== 'string' || label === '' || label.length > MAX_LABEL || notInLabel.test(label)) {
    findings.error(
      `${location}/Label`,
      `A Label has 1 to ${MAX_LABEL} characters, no spaces and none of ?*<>{}[]:;,\\|^~$#%&\`"`,
    );
  }
}

function checkBatcher(batcher: unknown, location: string, findings: Findings): void {
  if (!isObject(batcher)) return;
  if (batcher['MaxItemsPerBatch'] === undefined && batcher['MaxInputBytesPerBatch'] === undefined)
    findings.error(location, 'ItemBatcher needs MaxItemsPerBatch, MaxInputBytesPerBatch or both');
  checkNumber(batcher, 'MaxItemsPerBatch', { min: 1 }, location, findings);
  checkNumber(batcher, 'MaxInputBytesPerBatch', { min: 1, max: MAX_PAYLOAD_BYTES }, location, findings);
}

function checkWriter(writer: unknown, location: string, findings: Findings): void {
  if (!isObject(writer)) return;
  const { Resource: resource, WriterConfig: config } = writer;
  if (resource === undefined && config === undefined)
    findings.error(location, 'ResultWriter needs Resource and Arguments, or WriterConfig');
  if (resource !== undefined && !/^arn:[\w-]+:states:::s3:putObject$/.test(String(resource)))
    findings.error(`${location}/Resource`, 'Value is not a valid resource ARN: give arn:aws:states:::s3:putObject');
  if (resource !== undefined && writer['Arguments'] === undefined)
    findings.error(location, 'These fields are required: [Arguments]');
  if (writer['Parameters'] !== undefined) refuseParameters(location, findings);
  if (!isObject(config)) return;
  const at = `${location}/WriterConfig`;
  const missing = ['Transformation', 'OutputType'].filter((field) => config[field] === undefined);
  if (missing.length > 0) findings.error(at, `These fields are required: [${missing.join(', ')}]`);
  checkOneOf(config, 'Transformation', ['NONE', 'COMPACT', 'FLATTEN'], at, findings);
  checkOneOf(config, 'OutputType', ['JSON', 'JSONL'], at, findings);
}

/** Checks what holds for a Map state and gives the group inside it. */
export function checkMap(state: JsonObject, location: string, findings: Findings): InnerGroup[] {
  const processor = state['ItemProcessor'];
  if (!isObject(processor)) {
    findings.error(location, 'These fields are required: [ItemProcessor]');
    return [];
  }
  const at = `${location}/ItemProcessor`;
  const config = isObject(processor['ProcessorConfig']) ? processor['ProcessorConfig'] : {};
  checkOneOf(config, 'Mode', ['INLINE', 'DISTRIBUTED'], `${at}/ProcessorConfig`, findings);
  const distributed = config['Mode'] === 'DISTRIBUTED';
  if (distributed && !['STANDARD', 'EXPRESS'].includes(String(config['ExecutionType']))) {
    findings.error(`${at}/ProcessorConfig/ExecutionType`, 'A distributed Map needs ExecutionType STANDARD or EXPRESS');
  }
  for (const field of distributed ? [] : distributedFields) {
    if (state[field] !== undefined) findings.error(`${location}/${field}`, `${field} needs Mode DISTRIBUTED`);
  }
  checkNumber(state, 'MaxConcurrency', { min: 0 }, location, findings);
  checkNumber(state, 'ToleratedFailureCount', { min: 0 }, location, findings);
  checkNumber(state, 'ToleratedFailurePercentage', { min: 0, max: 100, fraction: true }, location, findings);
  checkLabel(state['Label'], location, findings);
  checkItemReader(state['ItemReader'], `${location}/ItemReader`, findings);
  checkBatcher(state['ItemBatcher'], `${location}/ItemBatcher`, findings);
  checkWriter(state['ResultWriter'], `${location}/ResultWriter`, findings);
  return [{ group: processor, at, distributed }];
}
