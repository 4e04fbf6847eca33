// Peers that do harm, each in its own way. They keep to the wire protocol as far as that suits them.

import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import type { Bytes, Milliseconds } from '../../src/base/units';
import { MAX_HAVE_ENTRIES, MAX_INTRODUCED_PEERS } from '../../src/protocol/limits';
import type { HaveEntry, PeerMessage } from '../../src/protocol/peer-messages';
import { blockMapBytes } from './session-rig';
import { segmentBytes } from './content';
import type { World } from './simulated-world';
import { completeEntry, wireIdOf, type WireLine, type WirePeerScript } from './wire-peer';

const { dataFrameBytes: FRAME_BYTES } = TRANSFER_SIZES;

type UploadRequest = Extract<PeerMessage, { type: 'request' }>;

/** What a liar needs to know of the world in which it lies. */
export interface LiarScene {
  readonly world: World;
  readonly segmentCount: number;
  readonly segmentBytes: Bytes;
}

/** Says it has every segment, also those that do not exist yet. */
const all = ({ segmentCount }: LiarScene, entryOf: (index: number) => HaveEntry): HaveEntry[] =>
  Array.from({ length: segmentCount }, (_, index) => entryOf(index));

const announce = (scene: LiarScene, size = scene.segmentBytes): HaveEntry[] =>
  all(scene, (index) => completeEntry(index, size));

const partly = (scene: LiarScene, size = scene.segmentBytes): HaveEntry[] =>
  all(scene, (index) => ({
    id: wireIdOf(index),
    state: 'partial',
    totalBytes: size,
    blocks: blockMapBytes([0, 1, 2]),
  }));

const onRequest =
  (answer: (line: WireLine, request: UploadRequest) => void) =>
  (line: WireLine, message: PeerMessage): void => {
    if (message.type === 'request') answer(line, message);
  };

const refuse = onRequest((line, { requestId }) => line.send({ type: 'reject', requestId, reason: 'absent' }));

/** Sends true bytes of `size` as the segment's, in frames; garbage where the segment has none. */
export function give(line: WireLine, { requestId, id, range }: UploadRequest, size: Bytes, end = range.end): void {
  const bytes = segmentBytes(id.sequence, size);
  for (let offset = range.start; offset < end; offset += FRAME_BYTES)
    line.send({ type: 'data', requestId, offset, payload: bytes.slice(offset, Math.min(end, offset + FRAME_BYTES)) });
}

/** Calls `task` again and again while the link is there. */
function repeat({ world }: LiarScene, line: WireLine, every: Milliseconds, task: () => void): void {
  const tick = (): void => {
    if (line.isClosed) return;
    task();
    world.clock.schedule(every, tick);
  };
  world.clock.schedule(every, tick);
}

/** Sends `bytes` of what was asked every `every`. */
const trickle = (scene: LiarScene, bytes: Bytes, every: Milliseconds): WirePeerScript['onMessage'] =>
  onRequest((line, { requestId, id, range }) => {
    const source = segmentBytes(id.sequence, scene.segmentBytes);
    let offset = range.start;
    repeat(scene, line, every, () => {
      const end = Math.min(range.end, offset + bytes);
      if (end > offset) line.send({ type: 'data', requestId, offset, payload: source.slice(offset, end) });
      offset = end;
    });
  });

const withOffer = (
  offer: (scene: LiarScene) => HaveEntry[],
  onMessage: (scene: LiarScene) => WirePeerScript['onMessage'],
) => {
  return (scene: LiarScene): WirePeerScript => {
    const listen = onMessage(scene);
    return {
      onReady: (line) => line.send({ type: 'have', entries: offer(scene) }),
      ...(listen && { onMessage: listen }),
    };
  };
};

const silent = (): undefined => undefined;

/** All that is sent while the link is there, each `every`. */
const flood =
  (every: Milliseconds, messagesOf: (scene: LiarScene, round: number) => readonly PeerMessage[]) =>
  (scene: LiarScene): WirePeerScript => ({
    onReady: (line) => {
      let round = 0;
      repeat(scene, line, every, () => {
        round += 1;
        for (const message of messagesOf(scene, round)) line.send(message);
      });
    },
  });

const many = (count: number, message: (index: number) => PeerMessage): PeerMessage[] =>
  Array.from({ length: count }, (_, index) => message(index));

export interface Liar {
  readonly script: (scene: LiarScene) => WirePeerScript;
  /** It is closed so long after its link opened, or after it was first asked, at the latest. */
  readonly closedWithinMs: Milliseconds;
  /** @defaultValue asked */
  readonly since?: 'link' | 'asked';
}

/** By what they do. */
export const LIARS: Readonly<Record<string, Liar>> = {
  'says that it has all and refuses all': { script: withOffer(announce, () => refuse), closedWithinMs: 60_000 },
  'announces again what it has refused': {
    script: withOffer(announce, ({ segmentBytes: size }) =>
      onRequest((line, { requestId, id }) => {
        line.send({ type: 'reject', requestId, reason: 'absent' });
        line.send({ type: 'have', entries: [completeEntry(id.sequence, size)] });
      }),
    ),
    closedWithinMs: 60_000,
  },
  'says that it has all and sends nothing': { script: withOffer(announce, () => silent()), closedWithinMs: 120_000 },
  'names blocks that it has not': { script: withOffer(partly, () => refuse), closedWithinMs: 60_000 },
  'names blocks and sends nothing': { script: withOffer(partly, () => silent()), closedWithinMs: 120_000 },
  'names sizes that are too large': {
    script: withOffer((scene) => announce(scene, scene.segmentBytes + 1_000), silent),
    closedWithinMs: 60_000,
    since: 'link',
  },
  'names sizes that are too small': {
    script: withOffer((scene) => announce(scene, scene.segmentBytes - 1_000), silent),
    closedWithinMs: 60_000,
    since: 'link',
  },
  'names wrong sizes of what it says to be receiving': {
    script: withOffer((scene) => partly(scene, scene.segmentBytes - 1_000), silent),
    closedWithinMs: 60_000,
    since: 'link',
  },
  'names another wrong size each second': {
    script: (scene) => ({
      onReady: (line) => {
        let round = 0;
        repeat(scene, line, 1_000, () => {
          round += 1;
          line.send({ type: 'have', entries: announce(scene, scene.segmentBytes + (round % 3) * 100) });
        });
      },
    }),
    closedWithinMs: 60_000,
    since: 'link',
  },
  'sends one byte every 900 ms': {
    script: withOffer(announce, (scene) => trickle(scene, 1, 900)),
    closedWithinMs: 120_000,
  },
  'sends half of each block': {
    script: withOffer(announce, ({ segmentBytes: size }) =>
      onRequest((line, request) => give(line, request, size, request.range.start + 2 * FRAME_BYTES)),
    ),
    closedWithinMs: Infinity,
  },
  'sends more than was asked for': {
    script: withOffer(announce, ({ segmentBytes: size }) =>
      onRequest((line, request) => give(line, request, size, request.range.end + 1)),
    ),
    closedWithinMs: 20_000,
  },
  'sends pieces of other requests': {
    script: withOffer(announce, () =>
      onRequest((line, { requestId, range }) =>
        line.send({ type: 'data', requestId: requestId + 7, offset: range.start, payload: new Uint8Array(100) }),
      ),
    ),
    closedWithinMs: 20_000,
  },
  'asks for what nobody has, a hundred times in 10 ms': {
    script: flood(10, (_, round) =>
      many(100, (index) => ({
        type: 'request',
        requestId: round * 100 + index,
        id: wireIdOf(100_000),
        range: { start: 0, end: 50_000 },
        neededInMs: 0,
      })),
    ),
    closedWithinMs: 10_000,
    since: 'link',
  },
  'asks for single bytes of what is there': {
    script: flood(10, (_, round) =>
      many(100, (index) => ({
        type: 'request',
        requestId: round * 100 + index,
        id: wireIdOf(2),
        range: { start: index, end: index + 1 },
        neededInMs: 0,
      })),
    ),
    closedWithinMs: 10_000,
    since: 'link',
  },
  'announces and takes back all the time': {
    script: flood(10, (scene, round) => [
      {
        type: 'have',
        entries: Array.from({ length: MAX_HAVE_ENTRIES }, (_, index): HaveEntry => {
          const sequence = index % scene.segmentCount;
          return round % 2 === 0
            ? completeEntry(sequence, scene.segmentBytes)
            : { id: wireIdOf(sequence), state: 'gone' };
        }),
      },
    ]),
    closedWithinMs: 20_000,
    since: 'link',
  },
  'greets with pings for ever': {
    script: flood(10, () => many(50, () => ({ type: 'ping' }))),
    closedWithinMs: 20_000,
    since: 'link',
  },
  'calls for ever': {
    script: flood(10, () => many(50, () => ({ type: 'free' }))),
    closedWithinMs: 20_000,
    since: 'link',
  },
  'cancels what it never asked for': {
    script: flood(10, (_, round) => many(50, (index) => ({ type: 'cancel', requestId: round * 50 + index }))),
    closedWithinMs: 20_000,
    since: 'link',
  },
  'rejects what was never asked': {
    script: flood(500, (_, round) => [{ type: 'reject', requestId: 1_000 + round, reason: 'busy' }]),
    closedWithinMs: 20_000,
    since: 'link',
  },
  'introduces peers that do not exist': {
    script: () => ({
      onReady: (line) =>
        line.send({
          type: 'peers',
          added: Array.from({ length: MAX_INTRODUCED_PEERS }, (_, index) => `-XX0001-none${index}`.padEnd(20, '.')),
          removed: [],
        }),
    }),
    closedWithinMs: Infinity,
  },
};
