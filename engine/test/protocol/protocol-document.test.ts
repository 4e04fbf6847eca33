// PROTOCOL.md is the contract with other implementations: its vectors are read from it, so that it cannot drift.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renditionIdOf } from '../../src/media/rendition';
import { ProtocolViolation } from '../../src/protocol/byte-codec';
import * as limits from '../../src/protocol/limits';
import {
  decodePeerMessage,
  encodePeerMessage,
  PROTOCOL_VERSION,
  type HaveEntry,
  type PeerMessage,
} from '../../src/protocol/peer-messages';
import { infoHashOf, makePeerId } from '../../src/swarm/swarm-ids';

const TEXT = readFileSync(join(__dirname, '../../PROTOCOL.md'), 'utf8');

function block(name: string): string {
  const match = new RegExp('^```' + name + '\\n([^]*?)^```', 'm').exec(TEXT);
  if (!match?.[1]) throw new Error(`PROTOCOL.md has no block ${name}`);
  return match[1].trim();
}

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const latin1 = (hex: unknown): string => Buffer.from(String(hex), 'hex').toString('latin1');

function messageOf(json: string): PeerMessage {
  const fields = JSON.parse(json) as Record<string, unknown>;
  if (fields['type'] === 'handshake') {
    return { ...fields, infoHash: latin1(fields['infoHash']), peerId: latin1(fields['peerId']) } as PeerMessage;
  }
  if (fields['type'] === 'peers') {
    const idsOf = (ids: unknown) => (ids as string[]).map(latin1);
    return { type: 'peers', added: idsOf(fields['added']), removed: idsOf(fields['removed']) };
  }
  if (fields['type'] === 'relay' || fields['type'] === 'relayed') {
    const signal = fields['signal'] as Record<string, unknown>;
    const named = { ...signal, offerId: latin1(signal['offerId']) };
    return { ...fields, peerId: latin1(fields['peerId']), signal: named } as PeerMessage;
  }
  if (fields['type'] === 'have') {
    const entries = (fields['entries'] as Record<string, unknown>[]).map(
      (entry) => ('blocks' in entry ? { ...entry, blocks: fromHex(String(entry['blocks'])) } : entry) as HaveEntry,
    );
    return { type: 'have', entries };
  }
  if (fields['type'] === 'data') return { ...fields, payload: fromHex(String(fields['payload'])) } as PeerMessage;
  return fields as PeerMessage;
}

const vectors = block('vectors')
  .split('\n\n')
  .map((pair) => pair.split('\n') as [string, string]);
const violations = block('violations')
  .split('\n')
  .map((line) => line.split(/ {2,}/) as [string, string]);
const names = block('names')
  .split('\n')
  .map((line) => line.split(/ {2,}/) as [string, string]);

describe('PROTOCOL.md', () => {
  test('has a vector for each message', () => {
    const types = new Set(vectors.map(([json]) => messageOf(json).type));
    const introductions = ['peers', 'relay', 'relayed'];
    const exchange = ['about', 'cancel', 'data', 'free', 'handshake', 'have', 'ping', 'pong', 'reject', 'request'];
    expect([...types].sort()).toEqual([...exchange, ...introductions].sort());
  });

  test.each(vectors)('%s is encoded to its frame, and decoded from it', (json, hex) => {
    expect(toHex(encodePeerMessage(messageOf(json)))).toBe(hex);
    expect(decodePeerMessage(fromHex(hex))).toEqual(messageOf(json));
  });

  test.each(violations)('[WIRE-2] %s: %s', (hex) => {
    expect(decodePeerMessage(fromHex(hex === '<empty>' ? '' : hex))).toBeInstanceOf(ProtocolViolation);
  });

  test.each(block('ignored').split('\n'))('[WIRE-3] %s is ignored', (hex) => {
    expect(decodePeerMessage(fromHex(hex))).toBeUndefined();
  });

  test('[WIRE-7] the info hash of a swarm id', () => {
    const values = new Map(names);
    const swarmId = values.get('swarm id') ?? '';
    expect(Buffer.from(infoHashOf(swarmId), 'latin1').toString('hex')).toBe(values.get('info hash'));
    const text = `p2p-media-loader/${PROTOCOL_VERSION}/${swarmId}`;
    expect(createHash('sha256').update(text).digest('hex').slice(0, 40)).toBe(values.get('info hash'));
  });

  test('[WIRE-8] a peer id is the prefix and twelve letters or digits', () => {
    const id = makePeerId(Uint8Array.from({ length: 12 }, (_, index) => index * 23));
    expect(id).toMatch(/^-PL0100-[0-9A-Za-z]{12}$/);
    expect(TEXT).toContain('`-PL0100-`');
    expect(() => makePeerId(new Uint8Array(11))).toThrow(RangeError);
  });

  test('[WIRE-11] renditions are named by their keys', () => {
    const keys = names.filter(([name]) => name === 'rendition key').map(([, key]) => key.replaceAll('⏎', '\n'));
    const ids = names.filter(([name]) => name === 'rendition').map(([, id]) => id);
    expect(keys.map((key) => renditionIdOf(key).toString(16))).toEqual(ids);
    expect(keys.map((key) => createHash('sha256').update(key).digest('hex').slice(0, 8))).toEqual(ids);
  });

  // A limit that changed in the code only would be news to every other implementation.
  test('lists every limit with its value', () => {
    const listed = [...TEXT.matchAll(/^\| `([A-Z_]+)` +\| ([\d,]+)( MiB)? +\|/gm)].map(([, name, number, unit]) => [
      name,
      Number(number?.replaceAll(',', '')) * (unit ? 1024 * 1024 : 1),
    ]);
    expect(Object.fromEntries(listed)).toEqual({ ...limits });
  });
});
