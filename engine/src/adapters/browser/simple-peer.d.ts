// simple-peer as far as it is used: @types/simple-peer would let every Node global into the browser's code. Builds
// bundle it on the streams in simple-peer/, which have no more than this.

declare module 'simple-peer' {
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
    write(frame: Uint8Array, onFlushed: (error?: Error | null) => void): void;
    destroy(): void;
    on(event: 'signal', listener: (signal: { type: string; sdp?: string }) => void): this;
    on(event: 'data', listener: (data: unknown) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'connect' | 'close', listener: () => void): this;
  }

  export default SimplePeer;
}
