// What a client may send and what not, one case each. Run on whole connections, and on the reader alone with
// every way to cut them in two.

import { closeFrame, frame, OPCODE, text } from './frames';

export interface FrameCase {
  readonly title: string;
  /** What the client sends behind its handshake. */
  readonly bytes: Buffer;
  /** Messages that are read. */
  readonly messages?: readonly string[];
  /** Payloads of the pings that are answered. */
  readonly pings?: readonly string[];
  /** The code that the client closes with, and gets back; 1005 if it gives none. */
  readonly closeCode?: number;
  /** The code that the client is closed with because of what it did. */
  readonly faultCode?: number;
}

/** The limits that the cases count on. */
export const CASE_LIMITS = { maxMessageBytes: 65_536, maxFragments: 256 };

const { continuation, binary, close, ping, pong } = OPCODE;
const NOT_UTF8 = Buffer.from([0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xed, 0xa0, 0x80, 0x65]);
const first = (payload: Buffer | string, opcode: number = OPCODE.text) => frame(opcode, payload, { fin: false });
const middle = (payload: Buffer | string) => frame(continuation, payload, { fin: false });
const last = (payload: Buffer | string) => frame(continuation, payload);
const join = (...frames: Buffer[]) => Buffer.concat(frames);
const euro = Buffer.from('€');

const SIZES = [0, 1, 3, 4, 63, 64, 65, 125, 126, 127, 128, 255, 256, 65_535, 65_536];

const MESSAGES: readonly FrameCase[] = [
  ...SIZES.map((size) => ({
    title: `a text of ${size} bytes`,
    bytes: text('*'.repeat(size)),
    messages: ['*'.repeat(size)],
  })),
  { title: 'a short text with a 16-bit length', bytes: text('abc', { lengthBytes: 2 }), messages: ['abc'] },
  { title: 'a short text with a 64-bit length', bytes: text('abc', { lengthBytes: 8 }), messages: ['abc'] },
  { title: 'a mask of zeros', bytes: text('abc', { key: Buffer.alloc(4) }), messages: ['abc'] },
  { title: 'a binary message', bytes: frame(binary, 'abc'), messages: ['abc'] },
  {
    title: 'a binary message that is no UTF-8',
    bytes: frame(binary, Buffer.from([0xff, 0x61])),
    messages: ['\ufffda'],
  },
  {
    title: 'three messages at once',
    bytes: join(text('one'), frame(binary, 'two'), text('three')),
    messages: ['one', 'two', 'three'],
  },
  { title: 'text in three frames', bytes: join(first('a'), middle('b'), last('c')), messages: ['abc'] },
  { title: 'binary in two frames', bytes: join(first('a', binary), last('b')), messages: ['ab'] },
  { title: 'frames of nothing', bytes: join(first(''), middle(''), last('')), messages: [''] },
  {
    title: 'a character in two frames',
    bytes: join(first(euro.subarray(0, 1)), last(euro.subarray(1))),
    messages: ['€'],
  },
  {
    title: 'control frames between the frames of a message',
    bytes: join(first('a'), frame(ping, 'p'), middle('b'), frame(pong, 'q'), last('c'), text('d')),
    messages: ['abc', 'd'],
    pings: ['p'],
  },
  {
    title: 'a message in as many frames as may be',
    bytes: join(first('x'), ...Array.from({ length: 254 }, () => middle('x')), last('x'), text('next')),
    messages: ['x'.repeat(256), 'next'],
  },
  {
    title: 'a message of as many bytes as may be, in frames',
    bytes: join(first('x'.repeat(65_535)), last('y')),
    messages: [`${'x'.repeat(65_535)}y`],
  },
];

const TEN_NAMES = Array.from({ length: 10 }, (_, index) => String(index));

const CONTROLS: readonly FrameCase[] = [
  { title: 'a ping without payload', bytes: frame(ping), pings: [''] },
  { title: 'a ping of 125 bytes', bytes: frame(ping, 'p'.repeat(125)), pings: ['p'.repeat(125)] },
  { title: 'a ping of bytes that are no UTF-8', bytes: frame(ping, Buffer.from([0xfe])), pings: ['\ufffd'] },
  { title: 'ten pings', bytes: join(...TEN_NAMES.map((name) => frame(ping, name))), pings: TEN_NAMES },
  { title: 'a pong nobody asked for', bytes: join(frame(pong, 'x'), text('a')), messages: ['a'] },
  { title: 'a ping of 126 bytes', bytes: frame(ping, 'p'.repeat(126)), faultCode: 1002 },
  { title: 'a ping in two frames', bytes: frame(ping, 'p', { fin: false }), faultCode: 1002 },
  { title: 'a close in two frames', bytes: frame(close, '', { fin: false }), faultCode: 1002 },
];

const FORBIDDEN: readonly FrameCase[] = [
  { title: 'a text without a mask', bytes: text('abc', { key: undefined }), faultCode: 1002 },
  { title: 'a ping without a mask', bytes: frame(ping, '', { key: undefined }), faultCode: 1002 },
  ...[1, 2, 4, 7].map((reserved) => ({
    title: `reserved bits ${reserved}`,
    bytes: join(text('a'), text('b', { reserved }), text('c')),
    messages: ['a'],
    faultCode: 1002,
  })),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({
    title: `opcode ${opcode}`,
    bytes: join(frame(opcode), text('a')),
    faultCode: 1002,
  })),
  { title: 'a continuation of nothing', bytes: last('a'), faultCode: 1002 },
  {
    title: 'a continuation after the last frame',
    bytes: join(first('a'), last('b'), last('c')),
    messages: ['ab'],
    faultCode: 1002,
  },
  { title: 'a text within a text', bytes: join(first('a'), text('b')), faultCode: 1002 },
  { title: 'a beginning within a binary message', bytes: join(first('a', binary), first('b')), faultCode: 1002 },
  { title: 'text that is no UTF-8', bytes: join(text(NOT_UTF8), text('a')), faultCode: 1007 },
  { title: 'a character cut short', bytes: text(euro.subarray(0, 2)), faultCode: 1007 },
  {
    title: 'text that is no UTF-8, in frames',
    bytes: join(first(NOT_UTF8.subarray(0, 6)), last(NOT_UTF8.subarray(6))),
    faultCode: 1007,
  },
];

const TOO_MUCH: readonly FrameCase[] = [
  {
    title: 'a frame one byte too long, of which only the header came',
    bytes: text('', { claimedBytes: 65_537n }),
    faultCode: 1009,
  },
  ...[2n ** 31n, 2n ** 32n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n].map((claimedBytes) => ({
    title: `a length of ${claimedBytes}`,
    bytes: text('', { claimedBytes }),
    faultCode: 1009,
  })),
  {
    title: 'frames that are together one byte too long',
    bytes: join(first('x'.repeat(65_536)), frame(continuation, '', { claimedBytes: 1n })),
    faultCode: 1009,
  },
  {
    title: 'one frame too many',
    bytes: join(first(''), ...Array.from({ length: 256 }, () => middle(''))),
    faultCode: 1008,
  },
];

const GOOD_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
const BAD_CODES = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

const CLOSING: readonly FrameCase[] = [
  { title: 'a close without a code', bytes: join(frame(close), text('late')), closeCode: 1005 },
  { title: 'a close of one byte', bytes: frame(close, 'x'), faultCode: 1002 },
  { title: 'a close of 126 bytes', bytes: closeFrame(1000, 'x'.repeat(124)), faultCode: 1002 },
  { title: 'a close with a reason', bytes: join(closeFrame(1000, 'x'.repeat(123)), text('late')), closeCode: 1000 },
  { title: 'a close whose reason is no UTF-8', bytes: closeFrame(1000, NOT_UTF8), faultCode: 1007 },
  { title: 'a close within a message', bytes: join(first('a'), closeFrame(1000), last('b')), closeCode: 1000 },
  ...GOOD_CODES.map((code) => ({ title: `close code ${code}`, bytes: closeFrame(code), closeCode: code })),
  ...BAD_CODES.map((code) => ({ title: `close code ${code}`, bytes: closeFrame(code), faultCode: 1002 })),
];

export const FRAME_CASES: readonly FrameCase[] = [...MESSAGES, ...CONTROLS, ...FORBIDDEN, ...TOO_MUCH, ...CLOSING];
