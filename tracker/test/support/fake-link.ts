import type { ClientLink } from '../../src/adapters/client-link';

/** A socket that does nothing but remember what was done to it. */
export class FakeLink implements ClientLink {
  queuedBytes = 0;
  readonly sent: string[] = [];
  pingCount = 0;
  closedWith: number | undefined;
  isTerminated = false;

  send(parts: readonly Buffer[]): void {
    this.sent.push(Buffer.concat(parts).toString());
  }

  ping(): void {
    this.pingCount += 1;
  }

  close(code: number): void {
    this.closedWith = code;
  }

  terminate(): void {
    this.isTerminated = true;
  }
}
