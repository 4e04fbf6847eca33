// What the core may use of Node's Buffer: the pure parts, same bytes in, same answer out. It is declared by
// hand so that nothing else of Node compiles here; everybody else sees the whole Buffer.

type BufferEncoding = 'latin1' | 'utf8';

declare class Buffer extends Uint8Array {
  static alloc(size: number): Buffer;
  static from(text: string, encoding?: BufferEncoding): Buffer;
  static from(bytes: Uint8Array): Buffer;
  static concat(parts: readonly Uint8Array[]): Buffer;
  override subarray(start?: number, end?: number): Buffer;
  override toString(encoding?: BufferEncoding, start?: number, end?: number): string;
  write(text: string, offset: number, length: number, encoding: BufferEncoding): number;
}
