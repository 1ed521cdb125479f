import { isObject, type JsonObject } from '../asl.ts';
import { parseTaskResource } from '../interpreter/task-resource.ts';
import type { Findings } from './diagnostics.ts';
import { checkNumber, checkOneOf, refuseParameters } from './values.ts';

const inputTypes = ['CSV', 'JSON', 'JSONL', 'PARQUET', 'MANIFEST'];
const delimiters = ['COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB'];
/** What the objects of an Athena result may be. */
const athenaTypes = ['CSV', 'JSONL', 'PARQUET'];

function checkCsv(config: JsonObject, location: string, findings: Findings): void {
  const header = config['CSVHeaderLocation'];
  if (header === undefined) findings.error(location, "The field 'CSVHeaderLocation' is required");
  checkOneOf(config, 'CSVHeaderLocation', ['FIRST_ROW', 'GIVEN'], location, findings);
  checkOneOf(config, 'CSVDelimiter', delimiters, location, findings);
  const headers = config['CSVHeaders'];
  if (header === 'GIVEN' && headers === undefined) findings.error(location, 'These fields are required: [CSVHeaders]');
  if (header === 'FIRST_ROW' && headers !== undefined) findings.error(location, "Field 'CSVHeaders' is not supported");
}

/** Checks what says how one object is to be read. */
function checkInput(config: JsonObject, location: string, findings: Findings): void {
  const type = config['InputType'];
  const unsupported = (field: string) => findings.error(location, `Field '${field}' is not supported`);
  checkOneOf(config, 'InputType', inputTypes, location, findings);
  if (type === 'CSV') checkCsv(config, location, findings);
  else
    for (const field of ['CSVHeaderLocation', 'CSVHeaders', 'CSVDelimiter'])
      if (config[field] !== undefined) unsupported(field);
  const pointer = config['ItemsPointer'];
  if (pointer === undefined) return;
  if (type !== 'JSON') unsupported('ItemsPointer');
  else if (typeof pointer !== 'string' || !pointer.startsWith('/')) {
    findings.error(
      `${location}/ItemsPointer`,
      `Invalid input: JSON Pointer expression must start with '/': ${JSON.stringify(pointer)}`,
    );
  }
}

/** Checks where a Distributed Map reads its items, and how (developer guide, "ItemReader"). */
export function checkItemReader(reader: unknown, location: string, findings: Findings): void {
  if (!isObject(reader)) return;
  if (reader['Parameters'] !== undefined) refuseParameters(location, findings);
  const resource = parseTaskResource(String(reader['Resource']));
  const action = resource?.kind === 'service' && resource.service === 's3' ? resource.action : undefined;
  if (action !== 'getObject' && action !== 'listObjectsV2') {
    findings.error(
      `${location}/Resource`,
      'Value is not a valid resource ARN: give arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2',
    );
    return;
  }
  const config = isObject(reader['ReaderConfig']) ? reader['ReaderConfig'] : {};
  const at = `${location}/ReaderConfig`;
  checkNumber(config, 'MaxItems', { min: 0, max: 100_000_000 }, at, findings);
  checkOneOf(config, 'Transformation', ['NONE', 'LOAD_AND_FLATTEN'], at, findings);
  checkOneOf(config, 'ManifestType', ['S3_INVENTORY', 'ATHENA_DATA'], at, findings);
  const { InputType: type, ManifestType: manifest, Transformation: transformation } = config;
  const loads = action === 'getObject' || transformation === 'LOAD_AND_FLATTEN';
  if (type === undefined && loads && manifest !== 'S3_INVENTORY')
    findings.error(at, "The field 'InputType' is required");
  if (type !== undefined && !loads) findings.error(at, "Field 'InputType' is not supported");
  if (transformation === 'LOAD_AND_FLATTEN' && (action === 'getObject' || type === 'MANIFEST'))
    findings.error(at, "Field 'Transformation' is not supported");
  if (manifest === 'ATHENA_DATA' && type !== undefined && !athenaTypes.includes(String(type)))
    findings.error(at, "Field 'ManifestType' is not supported");
  if (loads) checkInput(config, at, findings);
}
