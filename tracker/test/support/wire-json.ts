// JSON written in all the ways that it may be written, and messages damaged in all the ways that one may be.

import fc from 'fast-check';
import { announce, answer, HASH, id, offer, SDP } from './messages';

/** How one value is written: each number decides one thing, and the last of them all that come after. */
type Choices = readonly number[];

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
const SPACES = ['', '', '', '', ' ', '\n', '\t\r', '  '];

class Writer {
  #next = 0;

  constructor(private readonly choices: Choices) {}

  write(value: unknown): string {
    if (typeof value === 'string') return this.#space() + this.#string(value) + this.#space();
    if (Array.isArray(value))
      return this.#enclose(
        '[',
        value.map((entry) => this.write(entry)),
        ']',
      );
    if (typeof value !== 'object' || value === null) return this.#space() + JSON.stringify(value ?? null);
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    // In any order, and now and then one of them twice.
    if (members.length > 0 && this.#choose(4) === 0) members.push(members.shift()!);
    if (members.length > 0 && this.#choose(16) === 0) members.push([members[0]![0], members.at(-1)![1]]);
    const texts = members.map(([key, member]) => `${this.write(key)}:${this.write(member)}`);
    return this.#enclose('{', texts, '}');
  }

  #enclose(open: string, parts: readonly string[], close: string): string {
    return `${this.#space()}${open}${parts.join(',') || this.#space()}${close}${this.#space()}`;
  }

  #string(text: string): string {
    const isPlain = this.#choose(3) > 0;
    const written = isPlain
      ? JSON.stringify(text).slice(1, -1)
      : Array.from(text, (each) => this.#character(each)).join('');
    return `"${written}"`;
  }

  #character(character: string): string {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    const isSmall = this.#choose(2) === 0;
    if (character.length === 1 && this.#choose(6) === 0) return `\\u${isSmall ? code : code.toUpperCase()}`;
    const mustEscape = character < ' ' || character === '"' || character === '\\';
    if (!mustEscape && !(character === '/' && isSmall)) return character;
    return ESCAPES[character] ?? `\\u${code}`;
  }

  #space(): string {
    return this.choices.length === 0 ? '' : SPACES[this.#choose(SPACES.length)]!;
  }

  #choose(count: number): number {
    const choice = this.choices[this.#next % this.choices.length] ?? 1;
    this.#next += 1;
    return choice % count;
  }
}

export const writeJson = (value: unknown, choices: Choices): string => new Writer(choices).write(value);

const byteId = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => String.fromCharCode(...bytes));
const anyId = fc.oneof({ weight: 6, arbitrary: byteId }, fc.constant(HASH), fc.constant(id('a')));
const anySdp = fc.oneof(fc.constant(SDP), fc.string({ unit: 'binary' }), fc.constant('é'.repeat(9_000)));
const description = (type: string) =>
  fc.record(
    { type: fc.constant(type), sdp: anySdp, more: fc.option(fc.jsonValue()) },
    { requiredKeys: ['type', 'sdp'] },
  );
const sentOffer = fc.record({ offer: description('offer'), offer_id: anyId });
const anyNumber = fc.oneof(fc.nat(20), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(-0));

/** Messages that are good, or nearly. */
export const anyMessage = fc.oneof(
  fc.record(
    {
      numwant: anyNumber,
      uploaded: fc.nat(),
      left: anyNumber,
      event: fc.constantFrom('started', 'completed', 'stopped', 'update', 'paused', '', 'étoile'),
      action: fc.constant('announce'),
      info_hash: anyId,
      peer_id: anyId,
      offers: fc.array(sentOffer, { maxLength: 13 }),
      trackerid: fc.string(),
    },
    { requiredKeys: ['action', 'info_hash', 'peer_id'] },
  ),
  fc.record({
    action: fc.constant('announce'),
    info_hash: anyId,
    peer_id: anyId,
    to_peer_id: anyId,
    answer: description('answer'),
    offer_id: anyId,
  }),
  fc.record({ action: fc.constant('scrape'), info_hash: fc.oneof(anyId, fc.array(anyId, { maxLength: 3 })) }),
);

/** How to write a message: as clients do, or in any way at all. */
export const anyChoices = fc.oneof(fc.constant([]), fc.array(fc.nat(1_000), { minLength: 1, maxLength: 60 }));

const REAL_MESSAGES = [
  announce('a', {
    numwant: 5,
    uploaded: 0,
    downloaded: 0,
    left: 0,
    event: 'started',
    offers: [offer('o'), offer('p')],
  }),
  announce('\u00e9\u0000"\\', { left: null, offers: [offer('\u00ff\u0080/')] }),
  answer('a', 'b', 'o'),
  { action: 'scrape', info_hash: HASH },
].map((message) => Buffer.from(JSON.stringify(message)));

/** Bytes that mean something to JSON, to UTF-8, or to neither. */
const INTERESTING = [
  ...Buffer.from('"\\{}[]:,-+.0159eEutnrfals/ \n\t\r_'),
  0,
  0x1f,
  0x7f,
  0x80,
  0xbf,
  0xc2,
  0xc3,
  0xe9,
  0xff,
];

const damage = fc.record({
  at: fc.nat(),
  what: fc.constantFrom('cut', 'put', 'change', 'copy'),
  length: fc.integer({ min: 1, max: 40 }),
  byte: fc.oneof(fc.constantFrom(...INTERESTING), fc.nat(255)),
});

function applyDamage(
  bytes: Buffer,
  { at, what, length, byte }: { at: number; what: string; length: number; byte: number },
) {
  const start = bytes.length === 0 ? 0 : at % bytes.length;
  const [head, tail] = [bytes.subarray(0, start), bytes.subarray(start)];
  if (what === 'cut') return Buffer.concat([head, tail.subarray(length)]);
  if (what === 'put') return Buffer.concat([head, Buffer.from([byte]), tail]);
  if (what === 'change') return Buffer.concat([head, Buffer.from([byte]), tail.subarray(1)]);
  return Buffer.concat([head, tail.subarray(0, length), tail]);
}

/** Real messages with a few bytes lost, added, changed or repeated; valid UTF-8, as the transport makes sure. */
export const damagedMessage = fc
  .tuple(fc.constantFrom(...REAL_MESSAGES), fc.array(damage, { minLength: 1, maxLength: 4 }))
  .map(([bytes, damages]) => Buffer.from(damages.reduce<Buffer>(applyDamage, bytes).toString()));
