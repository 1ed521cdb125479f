/** The people of the embedded Slack. The first two are the approvers of the local stage (serverless.yml). */
export const people = [
  { id: 'U0ALICE', name: 'Alice' },
  { id: 'U0BOB', name: 'Bob' },
  { id: 'U0CAROL', name: 'Carol' },
] as const;
export type Person = (typeof people)[number];

/** The person of an id; the first for anything else. */
export const personOf = (id: string | null | undefined): Person =>
  people.find((person) => person.id === id) ?? people[0];
