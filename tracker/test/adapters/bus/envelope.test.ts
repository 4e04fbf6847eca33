import fc from 'fast-check';
import { openEnvelope, sealEnvelope } from '../../../src/adapters/bus/envelope';

const sender = { nodeId: 'node-1', instance: 0xffff_fffe };

describe('envelope', () => {
  test('[TRK-120] holds messages of any length, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (arrays) => {
        const messages = arrays.map((bytes) => Buffer.from(bytes));
        expect(openEnvelope(sealEnvelope(sender, messages))).toEqual({ sender, messages });
      }),
    );
  });

  test('[TRK-126] any bytes, and any change to an envelope, are read without an error', () => {
    const envelope = sealEnvelope(sender, [Buffer.from('hello'), Buffer.alloc(300)]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(envelope.length - 1), fc.nat(255), (bytes, place, byte) => {
        openEnvelope(Buffer.from(bytes));
        openEnvelope(Buffer.from([1, ...bytes]));
        openEnvelope(envelope.subarray(0, place));
        const changed = Buffer.from(envelope);
        changed[place] = byte;
        openEnvelope(changed);
      }),
    );
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['another version', Buffer.concat([Buffer.from([2]), sealEnvelope(sender, []).subarray(1)])],
    ['a sender without a proper name', sealEnvelope({ ...sender, nodeId: 'a.b' }, [])],
    ['a sender without a name', sealEnvelope({ ...sender, nodeId: '' }, [])],
    ['a message that is cut short', sealEnvelope(sender, [Buffer.from('hello')]).subarray(0, -1)],
    ['half a length', Buffer.concat([sealEnvelope(sender, []), Buffer.alloc(2)])],
  ])('[TRK-126] %s is none', (_, bytes) => {
    expect(openEnvelope(bytes)).toBeUndefined();
  });
});
