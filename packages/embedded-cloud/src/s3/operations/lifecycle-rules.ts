import { invalidArgument, malformedXml } from '../wire/errors.ts';
import { children, textAt, type XmlNode } from '../wire/xml.ts';

/** @throws S3Error MalformedXML for a word that is not allowed */
export const oneOf = (value: string | undefined, allowed: readonly string[], element: string): void => {
  if (value === undefined || !allowed.includes(value))
    throw malformedXml(`<${element}> must be ${allowed.join(' or ')}`);
};

/** User Guide, "Lifecycle configuration elements": as many rules, and as long an ID. */
const maximalRules = 1000;
const maximalIdLength = 255;

/** @throws S3Error MalformedXML, InvalidArgument */
export const checkLifecycle = (document: XmlNode): void => {
  const rules = children(document, 'Rule');
  if (rules.length === 0 || rules.length > maximalRules)
    throw malformedXml(`a lifecycle has 1 to ${maximalRules} <Rule>s, this one ${rules.length}`);
  const ids = rules.flatMap((rule) => textAt(rule, 'ID') ?? []);
  const long = ids.find((id) => id.length > maximalIdLength);
  if (long !== undefined)
    throw invalidArgument(`ID length should not exceed allowed limit of ${maximalIdLength}`, 'ID', long);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined)
    throw invalidArgument('Rule ID must be unique. Found same ID for more than one rule', 'ID', twice);
  for (const rule of rules) {
    oneOf(textAt(rule, 'Status'), ['Enabled', 'Disabled'], 'Status');
    for (const path of [
      ['Expiration', 'Days'],
      ['NoncurrentVersionExpiration', 'NoncurrentDays'],
      ['AbortIncompleteMultipartUpload', 'DaysAfterInitiation'],
    ]) {
      const days = textAt(rule, ...path);
      if (days !== undefined && !/^[1-9]\d*$/.test(days))
        throw malformedXml(`<${path.join('/')}> must be a positive integer`);
    }
  }
};
