import { readdirSync, readFileSync } from 'node:fs';
import { parseFaultFile, ruleName } from 'embedded-cloud/faults';
import { describe, expect, it } from 'vitest';
import { slackApi } from '#cli/slack-page/faults';
import { faultFileJsonSchema } from '../../scripts/generate-schemas.ts';

describe('fault files', () => {
  it.each(readdirSync('examples/faults'))('as in examples/faults/%s are valid', async (file) => {
    const { faults } = await parseFaultFile(readFileSync(`examples/faults/${file}`, 'utf8'), file, [slackApi]);
    expect(new Set(faults.map(ruleName)).size).toBe(faults.length);
  });

  it('are described by the generated JSON Schema, which is up to date', () => {
    const generated = readFileSync('schemas/generated/faults.schema.json', 'utf8');
    expect(JSON.parse(generated)).toEqual(JSON.parse(faultFileJsonSchema()));
  });
});
