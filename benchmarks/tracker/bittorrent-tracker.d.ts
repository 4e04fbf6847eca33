// The little of it that is measured; the package has no types.
declare module 'bittorrent-tracker/server' {
  import type { EventEmitter } from 'node:events';
  import type { Server as HttpServer } from 'node:http';

  interface ServerOptions {
    readonly udp?: boolean;
    readonly http?: boolean;
    readonly ws?: boolean;
    readonly stats?: boolean;
    readonly peersCacheLength?: number;
  }

  export default class Server extends EventEmitter {
    readonly http: HttpServer;
    constructor(options?: ServerOptions);
    listen(port: number, host: string, onListening: () => void): void;
  }
}
