import * as z from 'zod';
import { GATES } from '#domain/gates/registry';
import { METRICS } from '#domain/metrics/registry';
import { NOTICES } from '#domain/notices/registry';
import { settingsTable, table, yamlBlock } from './entry.ts';
import { jsonSchemaOf, type Setting, settingsOf } from './settings.ts';
import { anyOfThese, code, sentence } from './words.ts';
import { exampleYaml } from './yaml.ts';

/** A chapter on the kinds of one registry. */
export interface Chapter {
  readonly title: string;
  readonly text: string;
}
