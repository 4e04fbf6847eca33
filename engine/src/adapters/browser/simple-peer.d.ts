// The build of simple-peer that brings its own streams and buffers, so that pages need no Node polyfills. Declared
// here as far as it is used: @types/simple-peer would let every Node global into the browser's code.

declare module 'simple-peer/simplepeer.min.js' {
  interface Options {
    initiator: boolean;
    trickle: boolean;
    iceCompleteTimeout: number;
    objectMode: boolean;
    channelConfig: RTCDataChannelInit;
    config: RTCConfiguration;
  }

  class SimplePeer {
    static readonly WEBRTC_SUPPORT: boolean;
    constructor(options: Options);
    signal(description: RTCSessionDescriptionInit): void;
    write(frame: Uint8Array, onFlushed: (error?: Error | null) => void): boolean;
    destroy(): void;
    on(event: 'signal', listener: (signal: { type: string; sdp?: string }) => void): this;
    on(event: 'data', listener: (data: unknown) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'connect' | 'close', listener: () => void): this;
  }

  export default SimplePeer;
}
