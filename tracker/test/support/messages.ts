// What clients send, in the protocol's own words, and ids that are easy to tell apart.

/** A 20-character id that starts with `name`. */
export const id = (name: string): string => name.padEnd(20, '.');

export const SDP = 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n';

export const HASH = id('hash');

export const offer = (name: string, sdp = SDP) => ({ offer_id: id(name), offer: { type: 'offer', sdp } });

export const offers = (count: number) => Array.from({ length: count }, (_, index) => offer(`offer${index}`));

export const announce = (peer: string, more: Record<string, unknown> = {}) => ({
  action: 'announce',
  info_hash: HASH,
  peer_id: id(peer),
  ...more,
});

export const answer = (peer: string, to: string, offerName: string, more: Record<string, unknown> = {}) => ({
  ...announce(peer),
  to_peer_id: id(to),
  offer_id: id(offerName),
  answer: { type: 'answer', sdp: SDP },
  ...more,
});
