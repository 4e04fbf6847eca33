import { encodeBusMessage } from '../../../src/core/cluster/bus-message';
import { NODE_EXPIRY_MS } from '../../../src/core/cluster/cluster-view';
import { OFFER_LIFETIME_MS } from '../../../src/core/limits';
import { Fleet, type FleetClient, type FleetNode } from '../../support/fleet';
import { announce, answer, HASH, id, offer, offers, SDP } from '../../support/messages';
import type { Message } from '../../support/core-driver';

function two(): [Fleet, FleetNode, FleetNode] {
  const fleet = new Fleet(2);
  const [left, right] = fleet.nodes as [FleetNode, FleetNode];
  return [fleet, left, right];
}

/** A peer that has joined. */
function join(node: FleetNode, name: string, more: Record<string, unknown> = {}): FleetClient {
  const client = node.connect();
  client.send(announce(name, more));
  return client;
}

const offersIn = (messages: readonly Message[]) => messages.filter((message) => 'offer' in message);
const answersIn = (messages: readonly Message[]) => messages.filter((message) => 'answer' in message);
const counts = (message: Message | undefined) => [message?.['complete'], message?.['incomplete']];

const description = (type: string, sdp = SDP): Buffer => Buffer.from(JSON.stringify({ type, sdp }));

/** As nodes send an offer: the entry that a client sent, without its opening brace. */
const bridged = (name: string, bytes = description('offer'), named = name) => ({
  offerId: id(name),
  description: Buffer.concat([Buffer.from('"offer":'), bytes, Buffer.from(`,"offer_id":"${id(named)}"}`)]),
});

describe('counts of a cluster', () => {
  test('[TRK-101] responses and scrapes count the peers of all nodes', () => {
    const [fleet, left, right] = two();
    join(left, 'ann', { left: 0 });
    join(left, 'bob', { left: 5 });
    join(right, 'cid', { left: 5 });
    fleet.pass(4);
    const dan = right.connect();
    expect(counts(dan.send(announce('dan', { numwant: 0 }))[0])).toEqual([1, 3]);
    dan.send({ ...announce('dan'), event: 'completed' });
    fleet.pass(3);
    const files = { [HASH]: { complete: 2, incomplete: 2, downloaded: 1 } };
    expect(left.connect().send({ action: 'scrape', info_hash: HASH })).toEqual([{ action: 'scrape', files }]);
    dan.close();
    fleet.pass(3);
    expect(counts(left.connect().send(announce('eve'))[0])).toEqual([1, 3]);
  });

  test('[TRK-104] a node that dies takes its counts with it after ten seconds, one that says goodbye at once', () => {
    const [fleet, left, right] = two();
    join(right, 'cid');
    const third = fleet.addNode();
    join(third, 'dan');
    fleet.pass(4);
    const ann = left.connect();
    expect(counts(ann.send(announce('ann'))[0])).toEqual([0, 3]);
    expect(left.core.clusterTotals()?.nodes).toBe(2);
    third.run(third.core.sayGoodbye());
    fleet.settle();
    fleet.removeNode(third);
    expect(counts(ann.send(announce('ann'))[0])).toEqual([0, 2]);
    fleet.removeNode(right);
    fleet.pass(NODE_EXPIRY_MS / 1000 - 3);
    expect(counts(ann.send(announce('ann'))[0])).toEqual([0, 2]);
    fleet.pass(4);
    expect(counts(ann.send(announce('ann'))[0])).toEqual([0, 1]);
    expect(left.core.clusterTotals()?.nodes).toBe(0);
  });

  test('[TRK-106] nodes that are cut off count their own, and all again afterwards', () => {
    const [fleet, left, right] = two();
    join(right, 'cid');
    fleet.pass(4);
    fleet.cutOff.add(right);
    left.core.setBusUp(false, fleet.now);
    right.core.setBusUp(false, fleet.now);
    join(right, 'dan');
    fleet.pass(12);
    const ann = left.connect();
    expect(counts(ann.send(announce('ann'))[0])).toEqual([0, 1]);
    fleet.cutOff.clear();
    left.core.setBusUp(true, fleet.now);
    right.core.setBusUp(true, fleet.now);
    fleet.pass(3);
    expect(counts(ann.send(announce('ann'))[0])).toEqual([0, 3]);
  });

  test('[TRK-101] a tracker without a bus knows nothing of all that', () => {
    const fleet = new Fleet(1, { isClustered: false });
    const [node] = fleet.nodes as [FleetNode];
    join(node, 'ann');
    fleet.pass(40);
    expect(node.core.handleBusMessage('x', Buffer.from([1, 1]), 0)).toEqual([]);
    expect([fleet.sent, node.core.sayGoodbye(), node.core.clusterTotals()]).toEqual([[], [], undefined]);
  });
});

describe('offers between nodes', () => {
  test('[TRK-112] an offer reaches a peer of another node, and its answer the offerer', () => {
    const [fleet, left, right] = two();
    const ann = join(left, 'ann');
    const bob = join(right, 'bob');
    fleet.pass(4);
    ann.send(announce('ann', { offers: offers(5) }));
    const [got, ...more] = offersIn(bob.received());
    expect(more).toEqual([]);
    expect(got).toMatchObject({
      action: 'announce',
      info_hash: HASH,
      peer_id: id('ann'),
      offer: { type: 'offer', sdp: SDP },
    });
    const message = { ...answer('bob', 'ann', 'x'), offer_id: got?.['offer_id'] };
    expect(bob.send(message)).toEqual([]);
    expect(ann.received()).toEqual([
      {
        action: 'announce',
        info_hash: HASH,
        peer_id: id('bob'),
        offer_id: got?.['offer_id'],
        answer: { type: 'answer', sdp: SDP },
      },
    ]);
    bob.send(message);
    expect(ann.received()).toEqual([]);
    expect(left.core.clusterTotals()).toMatchObject({ offersOut: 1, answersIn: 1, answersNotAskedFor: 0 });
    expect(right.core.clusterTotals()).toMatchObject({ offersIn: 1, answersOut: 1 });
  });

  test('[TRK-112] offers of one announce go to as many peers of the node, never two to the same', () => {
    const fleet = new Fleet(2);
    const [left, right] = fleet.nodes as [FleetNode, FleetNode];
    const ann = join(left, 'ann');
    const others = ['b', 'c', 'd', 'e', 'f'].map((name) => join(right, name));
    fleet.pass(4);
    for (let round = 0; round < 20; round += 1) {
      ann.send(announce('ann', { offers: offers(5) }));
      expect(others.map((client) => offersIn(client.received()).length)).toEqual([1, 1, 1, 1, 1]);
    }
  });

  test('[TRK-112] a peer that is on both nodes under one id is not offered to itself', () => {
    const [fleet, left, right] = two();
    const ann = join(left, 'ann');
    const old = join(right, 'ann');
    fleet.pass(4);
    ann.send(announce('ann', { offers: offers(5) }));
    expect(offersIn(old.received())).toEqual([]);
  });

  test('[TRK-106] while the bus is down offers stay here', () => {
    const [fleet, left, right] = two();
    const ann = join(left, 'ann');
    const bob = join(left, 'bob');
    join(right, 'cid');
    fleet.pass(4);
    left.core.setBusUp(false, fleet.now);
    const before = fleet.sent.length;
    for (let round = 0; round < 10; round += 1) ann.send(announce('ann', { offers: offers(1) }));
    expect(fleet.sent.length).toBe(before);
    expect(offersIn(bob.received()).length).toBe(10);
  });

  test('[TRK-113] an answer is taken only from the node that the offer was sent to, for the peer that made it, in time', () => {
    const [fleet, left, right] = two();
    const ann = join(left, 'ann');
    join(right, 'bob');
    fleet.pass(4);
    ann.send(announce('ann', { offers: [offer('o1')] }));
    ann.send(announce('ann', { offers: [offer('o2')] }));
    const say = (from: string, more: Record<string, unknown> = {}, bytes = description('answer')) => {
      const ids = { infoHash: HASH, peerId: id('bob'), toPeerId: id('ann'), offerId: id('o1') };
      const message = encodeBusMessage({ type: 'answer', ...ids, description: bytes, ...more });
      left.run(left.core.handleBusMessage(from, message, fleet.now));
      return answersIn(ann.received()).length;
    };
    expect(say('n7')).toBe(0);
    expect(say('n1', { offerId: id('never') })).toBe(0);
    expect(say('n1', { toPeerId: id('zoe') })).toBe(0);
    expect(say('n1', { infoHash: id('other') })).toBe(0);
    expect(say('n1')).toBe(1);
    expect(say('n1')).toBe(0);
    expect(left.core.clusterTotals()?.answersNotAskedFor).toBe(5);
    fleet.now += OFFER_LIFETIME_MS + 1;
    expect(say('n1', { offerId: id('o2') })).toBe(0);
  });

  test('[TRK-113] an answer to a peer that has left meanwhile goes nowhere', () => {
    const [fleet, left, right] = two();
    const ann = join(left, 'ann');
    const bob = join(right, 'bob');
    fleet.pass(4);
    ann.send(announce('ann', { offers: [offer('o1')] }));
    ann.close();
    bob.send(answer('bob', 'ann', 'o1'));
    expect(left.core.clusterTotals()?.answersIn).toBe(1);
    expect(left.core.counters.messagesOut.answer).toBe(0);
  });

  test('[TRK-114] what another node says is checked as if a client had said it', () => {
    const [, left, right] = two();
    const ann = join(left, 'ann');
    const receive = (bytes: Buffer) => {
      left.run(left.core.handleBusMessage(right.nodeId, bytes, 0));
      return offersIn(ann.received()).length;
    };
    const sent = (bytes: Buffer) =>
      receive(encodeBusMessage({ type: 'offers', infoHash: HASH, peerId: id('bob'), offers: [bridged('o', bytes)] }));
    expect(sent(Buffer.from('{"type":"offer"'))).toBe(0);
    expect(sent(Buffer.from('null'))).toBe(0);
    expect(sent(description('answer'))).toBe(0);
    expect(sent(description('offer', 'x'.repeat(16_385)))).toBe(0);
    expect(sent(description('offer'))).toBe(1);
    const misnamed = {
      type: 'offers' as const,
      infoHash: HASH,
      peerId: id('bob'),
      offers: [bridged('o', undefined, 'x')],
    };
    expect(receive(encodeBusMessage(misnamed))).toBe(0);
    expect(receive(Buffer.from('not a message'))).toBe(0);
    expect(
      receive(encodeBusMessage({ type: 'offers', infoHash: id('none'), peerId: id('bob'), offers: [bridged('o')] })),
    ).toBe(0);
    expect(left.core.clusterTotals()?.invalidMessages).toBe(1);
    // Other members of a description are not relayed, and bytes that are no UTF-8 do not break the receiver's socket.
    const odd = Buffer.concat([
      Buffer.from('{"more":1,"type":"offer","sdp":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    const message = { type: 'offers' as const, infoHash: HASH, peerId: id('bob'), offers: [bridged('o', odd)] };
    left.run(left.core.handleBusMessage(right.nodeId, encodeBusMessage(message), 0));
    expect(offersIn(ann.received())[0]?.['offer']).toEqual({ type: 'offer', sdp: '\ufffd' });
  });

  test('[TRK-114] a node that sends more offers than an announce may have gets as many through', () => {
    const fleet = new Fleet(1);
    const [node] = fleet.nodes as [FleetNode];
    const clients = Array.from({ length: 20 }, (_, index) => join(node, `p${index}`));
    const many = Array.from({ length: 15 }, (_, index) => bridged(`o${index}`));
    const message = encodeBusMessage({ type: 'offers', infoHash: HASH, peerId: id('bob'), offers: many });
    node.run(node.core.handleBusMessage('n9', message, 0));
    expect(clients.flatMap((client) => offersIn(client.received())).length).toBe(10);
  });

  test('[TRK-112] only who got an offer can answer it, over the bus as well', () => {
    const [fleet, left, right] = two();
    const ann = join(left, 'ann');
    const bob = join(right, 'bob');
    fleet.pass(4);
    ann.send(announce('ann', { offers: [offer('o1')] }));
    const cid = join(right, 'cid');
    cid.send(answer('cid', 'ann', 'o1'));
    expect(answersIn(ann.received())).toEqual([]);
    bob.send(answer('bob', 'ann', 'o1'));
    expect(answersIn(ann.received()).length).toBe(1);
    expect(right.core.counters.rejects['answer-not-asked-for']).toBe(1);
  });
});
