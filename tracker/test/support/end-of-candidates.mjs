import { RTCPeerConnection } from 'webrtc-polyfill';

// A browser ends the gathering of candidates with one that is null; this polyfill leaves it out, and
// the client would wait five seconds for it before each offer and each answer.
for (const name of ['createOffer', 'createAnswer']) {
  const create = RTCPeerConnection.prototype[name];
  RTCPeerConnection.prototype[name] = async function (...args) {
    const description = await create.apply(this, args);
    while (this.iceGatheringState !== 'complete') {
      await new Promise((resolve) => this.addEventListener('icegatheringstatechange', resolve, { once: true }));
    }
    this.onicecandidate?.({ candidate: null });
    return description;
  };
}
