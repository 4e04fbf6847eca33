// What a test watches from inside a viewer's page. Runs before any script of the page, so it sees everything;
// it is sent to the browser as text and must not refer to anything outside of itself.

/** One block of bytes: where it came from, and what it is. */
export interface SeenBytes {
  readonly url: string;
  readonly range: string | undefined;
  readonly byteLength: number;
  readonly sha256: string;
}

/** What the probes have seen so far. */
export interface Probes {
  /** Responses that VHS took for segments, in order, as it got them. */
  readonly segments: SeenBytes[];
  /** Bytes appended to source buffers, in order; `url` is the source buffer's type. */
  readonly appended: SeenBytes[];
  /** Everything that went out over data channels, as hex, when a test asks for it. */
  readonly sentHex: string[];
  readonly sockets: WebSocket[];
  readonly connections: RTCPeerConnection[];
  /** Timers pending that code of the plugin's script started. */
  readonly pluginTimers: Set<unknown>;
  readonly errors: string[];
  /** Hashing is asynchronous: resolves when all that was seen is listed. */
  settled(): Promise<void>;
}

declare global {
  interface Window {
    probes: Probes;
  }
}

/** What a test wants of the probes. */
export interface ProbeOptions {
  /** Part of the URL of the script under test. */
  readonly pluginScript: string;
  /** Keeps what goes out over data channels. @defaultValue false */
  readonly keepsSent?: boolean | undefined;
  /** Removes WebRTC from the page before any script runs. @defaultValue false */
  readonly hasNoWebRtc?: boolean | undefined;
}

/** Installs the probes. */
export function installProbes({ pluginScript, keepsSent = false, hasNoWebRtc = false }: ProbeOptions): void {
  if (hasNoWebRtc)
    for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) Reflect.deleteProperty(window, name);
  const work: Promise<unknown>[] = [];
  const probes = {
    segments: [] as SeenBytes[],
    appended: [] as SeenBytes[],
    sentHex: [] as string[],
    sockets: [] as WebSocket[],
    connections: [] as RTCPeerConnection[],
    pluginTimers: new Set<unknown>(),
    errors: [] as string[],
    settled: async () => void (await Promise.all(work)),
  };
  window.probes = probes;

  const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const note = (list: SeenBytes[], url: string, range: string | undefined, source: BufferSource) => {
    const view =
      source instanceof ArrayBuffer
        ? new Uint8Array(source)
        : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
    const bytes = view.slice();
    const index = list.push({ url, range, byteLength: bytes.length, sha256: '' }) - 1;
    work.push(
      crypto.subtle.digest('SHA-256', bytes).then((digest) => {
        list[index] = { url, range, byteLength: bytes.length, sha256: hex(new Uint8Array(digest)) };
      }),
    );
  };

  const appendBuffer = SourceBuffer.prototype.appendBuffer;
  SourceBuffer.prototype.appendBuffer = function (data) {
    note(probes.appended, '', undefined, data);
    appendBuffer.call(this, data);
  };

  window.WebSocket = new Proxy(window.WebSocket, {
    construct(target, args) {
      const socket = new target(...(args as [string]));
      probes.sockets.push(socket);
      return socket;
    },
  });
  if ('RTCPeerConnection' in window) {
    window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
      construct(target, args) {
        const connection = new target(...(args as [RTCConfiguration]));
        probes.connections.push(connection);
        return connection;
      },
    });
    const send = RTCDataChannel.prototype.send;
    RTCDataChannel.prototype.send = function (data: never) {
      const sent = data as ArrayBufferView;
      if (keepsSent) probes.sentHex.push(hex(new Uint8Array(sent.buffer, sent.byteOffset, sent.byteLength)));
      send.call(this, data);
    };
  }

  const isPlugin = () => new Error().stack?.includes(pluginScript) ?? false;
  for (const kind of ['Timeout', 'Interval'] as const) {
    const start = window[`set${kind}`] as (task: () => void, delay?: number) => unknown;
    const clear = window[`clear${kind}`] as (timer: unknown) => void;
    const watchedStart = (task: () => void, delay?: number) => {
      const timer: unknown = start(() => {
        if (kind === 'Timeout') probes.pluginTimers.delete(timer);
        task();
      }, delay);
      if (isPlugin()) probes.pluginTimers.add(timer);
      return timer;
    };
    const watchedClear = (timer: unknown) => {
      probes.pluginTimers.delete(timer);
      clear(timer);
    };
    Object.assign(window, { [`set${kind}`]: watchedStart, [`clear${kind}`]: watchedClear });
  }

  addEventListener('error', (event) => probes.errors.push(event.message));
  addEventListener('unhandledrejection', (event) => probes.errors.push(String(event.reason)));

  /** Called by the test page once there is a player: listens to VHS as an ordinary page may. */
  Object.assign(window, {
    watchPlayer(player: { on(name: string, task: () => void): void; tech(isSafe: true): { vhs?: unknown } }) {
      player.on('xhr-hooks-ready', () => {
        queueMicrotask(() => {
          const { vhs } = player.tech(true) as {
            vhs: {
              xhr: {
                onResponse(
                  task: (
                    request: XMLHttpRequest & { uri: string; requestType?: string },
                    error: unknown,
                    response: { body: unknown; headers?: Record<string, string> },
                  ) => void,
                ): void;
              };
            };
          };
          vhs.xhr.onResponse((request, _error, response) => {
            if (request.requestType !== 'segment' || !(response.body instanceof ArrayBuffer)) return;
            note(probes.segments, request.uri, response.headers?.['content-range'], response.body);
          });
        });
      });
    },
  });
}
