// What simple-peer requires, as far as it uses it; the build puts these in place of its packages
// (scripts/simple-peer-alone.ts). Their names are those of simple-peer's own file.

export { Duplex } from './duplex';

/** Received bytes; the view is plain, for nothing but `Buffer.from` is called. */
export const Buffer = { from: (bytes: ArrayBuffer): Uint8Array => new Uint8Array(bytes) };

/** Browsers that run this build know WebRTC by no other names. */
export const getBrowserRTC = (): typeof globalThis | null => (globalThis.RTCPeerConnection ? globalThis : null);

export const queueMicrotask = (task: () => void): void => globalThis.queueMicrotask(task);

/** simple-peer asks for nothing but the hexadecimal text, for a name of the channel. */
export function randombytes(size: number): { toString(): string } {
  const bytes = crypto.getRandomValues(new Uint8Array(size));
  return { toString: () => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}
