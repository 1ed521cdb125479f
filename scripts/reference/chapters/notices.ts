import type { NoticeKind } from '#domain/notices/notice';
import { NOTICES } from '#domain/notices/registry';
import type { Chapter, Kind } from '../chapter.ts';
import { table } from '../entry.ts';
import { code } from '../words.ts';
import { flow } from '../yaml.ts';

const registered = NOTICES as unknown as readonly NoticeKind[];

/** The messages in Slack. */
export const noticeChapters = (notices = registered): Chapter[] => [
  {
    title: 'Notices',
    text: [
      'The messages that go to the channel. All messages of a run are in one thread.',
      table(
        ['notice', 'when it is sent'],
        notices.map(({ name, summary }) => [code(name), summary]),
      ),
    ].join('\n\n'),
    kinds: notices.map(
      ({ name, summary, example, schema }): Kind => ({
        name,
        summary,
        settings: [],
        example,
        yaml: flow(example),
        required: [],
        problem: (value) => schema.safeParse(value).error?.message,
      }),
    ),
    listed: true,
  },
];
