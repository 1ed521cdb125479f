type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Collects problems in Slack's wording, each with a JSON pointer. */
class Checker {
  readonly problems: string[] = [];

  report(message: string, pointer: string): void {
    this.problems.push(`[ERROR] ${message} [json-pointer:${pointer}]`);
  }
  text(value: unknown, max: number, pointer: string, min = 1): void {
    if (typeof value !== 'string') this.report('must be a string', pointer);
    else if (value.length < min) this.report(`must be more than ${min - 1} characters`, pointer);
    else if (value.length > max) this.report(`must be less than ${max + 1} characters`, pointer);
  }
  optionalText(value: unknown, max: number, pointer: string): void {
    if (value !== undefined) this.text(value, max, pointer);
  }
  textObject(value: unknown, max: number, pointer: string, types: readonly string[] = ['plain_text', 'mrkdwn']): void {
    if (!isObject(value)) this.report('must be a text object', pointer);
    else if (!types.includes(String(value['type'])))
      this.report(`unsupported type: ${String(value['type'])}`, `${pointer}/type`);
    else this.text(value['text'], max, `${pointer}/text`);
  }
  items(value: unknown, max: number, pointer: string, check: (item: Json, pointer: string) => void): void {
    if (!Array.isArray(value)) {
      this.report('must be an array', pointer);
      return;
    }
    if (value.length < 1) this.report('no fewer than 1 items required', pointer);
    if (value.length > max) this.report(`no more than ${max} items allowed`, pointer);
    value.forEach((item: unknown, i) => {
      if (isObject(item)) check(item, `${pointer}/${i}`);
      else this.report('must be an object', `${pointer}/${i}`);
    });
  }
}

function checkImage(check: Checker, image: Json, pointer: string): void {
  check.text(image['image_url'], 3000, `${pointer}/image_url`);
  check.text(image['alt_text'], 2000, `${pointer}/alt_text`);
}

function checkElement(check: Checker, element: Json, pointer: string): void {
  check.optionalText(element['action_id'], 255, `${pointer}/action_id`);
  if (element['type'] === 'image') checkImage(check, element, pointer);
  if (element['type'] !== 'button') return;
  check.textObject(element['text'], 75, `${pointer}/text`, ['plain_text']);
  check.optionalText(element['value'], 2000, `${pointer}/value`);
  check.optionalText(element['url'], 3000, `${pointer}/url`);
  if (element['style'] !== undefined && !['primary', 'danger'].includes(String(element['style']))) {
    check.report('invalid style: primary or danger', `${pointer}/style`);
  }
}

const blockChecks: Readonly<Record<string, (check: Checker, block: Json, pointer: string) => void>> = {
  header: (check, block, pointer) => check.textObject(block['text'], 150, `${pointer}/text`, ['plain_text']),
  section: (check, block, pointer) => {
    const { text, fields, accessory } = block;
    if (text === undefined && fields === undefined) check.report('missing required field: text or fields', pointer);
    if (text !== undefined) check.textObject(text, 3000, `${pointer}/text`);
    if (fields !== undefined) {
      check.items(fields, 10, `${pointer}/fields`, (field, at) => check.textObject(field, 2000, at));
    }
    if (accessory !== undefined) {
      if (isObject(accessory)) checkElement(check, accessory, `${pointer}/accessory`);
      else check.report('must be an object', `${pointer}/accessory`);
    }
  },
  context: (check, block, pointer) =>
    check.items(block['elements'], 10, `${pointer}/elements`, (element, at) =>
      element['type'] === 'image' ? checkImage(check, element, at) : check.textObject(element, 2000, at),
    ),
  actions: (check, block, pointer) =>
    check.items(block['elements'], 25, `${pointer}/elements`, (element, at) => checkElement(check, element, at)),
  divider: () => {},
  image: checkImage,
};

/**
 * Checks blocks against Block Kit's limits, as Slack does before it accepts a message (docs.slack.dev, "Blocks").
 * @param pointer JSON pointer of the blocks, such as `/blocks`.
 * @returns the problems in Slack's wording with JSON pointers; empty when there are none.
 */
export function checkBlocks(blocks: unknown, pointer = '/blocks'): readonly string[] {
  const check = new Checker();
  if (!Array.isArray(blocks)) return [`[ERROR] must be an array [json-pointer:${pointer}]`];
  if (blocks.length > 50) check.report('no more than 50 items allowed', pointer);
  const ids = new Set<string>();
  for (const [i, block] of (blocks as unknown[]).entries()) {
    const at = `${pointer}/${i}`;
    if (!isObject(block)) {
      check.report('must be an object', at);
      continue;
    }
    const type = String(block['type']);
    const checkBlock = Object.hasOwn(blockChecks, type) ? blockChecks[type] : undefined;
    if (!checkBlock) {
      check.report(`unsupported type: ${type}`, `${at}/type`);
      continue;
    }
    check.optionalText(block['block_id'], 255, `${at}/block_id`);
    const id = block['block_id'];
    if (typeof id === 'string' && ids.has(id)) check.report('block_id already exists', `${at}/block_id`);
    if (typeof id === 'string') ids.add(id);
    checkBlock(check, block, at);
  }
  return check.problems;
}
